/** What a lab shows of itself beside its programs: what these run on, which recording it plays, which buttons there are. */
import { isRecorded, type LabView, whyNot } from './fold.ts'
import { setDisabled, setText } from './program-box.ts'
import { type RecordingName, recordingWords, whyNotWords } from './sentences.ts'
import { type Words, word } from './words.ts'

export interface Face {
  readonly view: LabView
  /** The recording that is played, or would be; null where the lab has none. */
  readonly name: RecordingName | null
  /** The reader has asked for the recording, or has opened one. */
  readonly isChosen: boolean
  /** The lab's own programs and views, how many of them are idle, and whether one of those can run. */
  readonly programs: number
  readonly idle: number
  readonly canRun: boolean
}

/** Shows it in the lab's element. */
export function showFace(root: HTMLElement, words: Words, face: Face): void {
  showNetwork(root, words, face)
  showRuns(root, words, face)
  showRecorded(root, words, face)
}

/** What programs run on, or which recording is shown; and whether anything runs at all. */
function showNetwork(root: HTMLElement, words: Words, { view, name, isChosen }: Face): void {
  const { network } = view
  const recorded = isRecorded(view)
  const isLive = !recorded && (network === 'own' || network === 'plain')
  if (network) root.dataset.network = network
  else delete root.dataset.network
  // Where there are views alone, nothing runs in a network of the bench.
  const shown = root.dataset.on === 'machine' ? 'plain' : network
  const played = recorded ? (view.recording ?? name) : null
  const label = isLive
    ? word(words, { key: `source.${shown}` })
    : played
      ? recordingWords(words, root.lang, played)
      : ''
  if (label === '') delete root.dataset.source
  else root.dataset.source = isLive ? 'live' : 'recorded'
  const place = root.querySelector<HTMLElement>('[data-source-label]')
  setText(place, label)
  if (place) place.hidden = label === ''
  // That all labs of a page are recorded need be said once.
  const isSaid = recorded && network === null && document.querySelector('bench-lab') !== root
  const why = isChosen || isSaid ? '' : whyNotWords(words, view)
  setText(root.querySelector<HTMLElement>('[data-why]'), why)
  const none = root.querySelector<HTMLElement>('[data-none]')
  if (none) none.hidden = why === ''
  for (const note of root.querySelectorAll<HTMLElement>('[data-shell-note]')) {
    if (isLive) setText(note, word(words, { key: `lab.shell-${network}` }))
  }
}

/** *Run all* and *Stop all*, or *Play* and *Stop*. */
function showRuns(root: HTMLElement, words: Words, { view, programs, idle, canRun }: Face): void {
  const runAll = root.querySelector<HTMLElement>('[data-run-all]')
  const stopAll = root.querySelector<HTMLElement>('[data-stop-all]')
  const recorded = isRecorded(view)
  const playing = view.recording?.playing === true
  setDisabled(runAll, !canRun || playing)
  setText(runAll, word(words, { key: recorded ? 'lab.play' : 'lab.run-all' }))
  if (runAll) runAll.hidden = !recorded && programs < 2
  if (!stopAll) return
  setText(stopAll, word(words, { key: recorded ? 'lab.stop' : 'lab.stop-all' }))
  const hide = recorded ? !playing : idle === programs || programs < 2
  // A button that goes must not take the focus with it.
  if (hide && stopAll === document.activeElement) runAll?.focus()
  stopAll.hidden = hide
}

/** The controls of recordings. */
function showRecorded(root: HTMLElement, words: Words, { view, name, isChosen }: Face): void {
  const { network, recording, connection } = view
  const recorded = isRecorded(view)
  const show = (selector: string, shown: boolean) => {
    const button = root.querySelector<HTMLElement>(selector)
    if (button) button.hidden = !shown
    return button
  }
  const packetsUnseen = network === 'plain' || connection === 'unreachable'
  show('[data-play-recorded]', !recorded && packetsUnseen && name !== null)
  show('[data-to-end]', recording?.playing === true)
  const isLive = network !== null && whyNot(view) === null
  const back = show('[data-back]', recorded && (isChosen || isLive))
  setText(back, word(words, { key: isLive ? 'lab.back-live' : 'lab.back-course' }))
}
