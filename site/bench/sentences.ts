/** What a lab says of itself, chosen from what it shows. The words themselves are in `content/ui/`. */
import { SHELL } from '../../labs/protocol.ts'
import { isRecorded, type LabView, type ProgramView, whyNot } from './fold.ts'
import type { Origin } from './source.ts'
import { type Sentence, type Words, word, wordTrouble } from './words.ts'

/** What is offered for a program that has not begun: to run it, to play it, or nothing. */
export type Offer = 'run' | 'play' | 'nothing'

/** The state of one program: `running · UDP port 12822`. */
export function programWords(words: Words, program: ProgramView, offer: Offer = 'run'): string {
  if (!program.asked && program.state === 'ready' && offer !== 'run') {
    return word(words, { key: offer === 'play' ? 'state.recorded' : 'state.none' })
  }
  return word(words, program.held ? { key: 'state.held' } : situation(program, 'state'))
}

/** What a lab offers for a program that has not begun. */
export function offerOf(view: LabView): Offer {
  if (isRecorded(view)) return 'play'
  return whyNot(view) === null ? 'run' : 'nothing'
}

/** The state of a lab, in one line. */
export function labWords(words: Words, view: LabView): string {
  const { connection, ending, instead } = view
  if (connection === 'connecting' || connection === 'lost' || connection === 'unreachable') {
    return word(words, { key: `say.${connection}` })
  }
  if (ending !== null) return word(words, { key: `ending.${ending}` })
  if (instead) return word(words, { key: 'say.new-bench' })
  const offer = offerOf(view)
  if (offer === 'nothing') return word(words, { key: 'say.none' })
  const told = Object.entries(view.programs).filter(
    ([name, program]) => !name.startsWith(SHELL) && (program.asked || program.state !== 'ready'),
  )
  if (told.length === 0) return word(words, { key: offer === 'play' ? 'say.recorded' : 'say.ready' })
  const silence = silenceWords(words, view)
  const back = view.back ? [word(words, { key: 'say.back' })] : []
  const sentences = told.flatMap(([name, program]) => {
    const { key, values } = situation(program, 'say')
    const state = word(words, { key, values: { ...values, program: name } })
    if (program.missing === 0) return [state]
    return [state, word(words, { key: 'say.gap', values: { program: name, bytes: program.missing } })]
  })
  return [...sentences, ...back, ...silence].join(word(words, { key: 'say.between' }))
}

/** That a long time without events is played in a short one. */
function silenceWords(words: Words, { recording }: LabView): string[] {
  if (recording?.silence == null) return []
  return [word(words, { key: 'say.silence', values: { seconds: (recording.silence / 1000).toFixed(1) } })]
}

/** What a recording is called in a lab: that it is one, when it was made, and that it is the reader's if it is. */
export function recordingWords(words: Words, lang: string, { recorded, origin }: RecordingName): string {
  return word(words, { key: `source.recorded-${origin}`, values: { date: dateWords(lang, recorded) } })
}

/** What gives a recording its name. */
export interface RecordingName {
  /** As in its header, or its day alone. */
  readonly recorded: string
  readonly origin: Origin
}

/** A day as it is written in a language; the day in UTC, as in the file. */
function dateWords(lang: string, date: string): string {
  return new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(date),
  )
}

/** Why nothing of the lab can run, and that its recording can be played if it can; empty where it can run. */
export function whyNotWords(words: Words, view: LabView): string {
  if (!isRecorded(view)) return reasonWords(words, view)
  if (view.network === null) return word(words, { key: 'none.static' })
  const reason = reasonWords(words, view)
  return reason && word(words, { key: 'none.play', values: { reason } })
}

function reasonWords(words: Words, view: LabView): string {
  const why = whyNot(view)
  if (why === null) return ''
  if (why === 'hosts') return word(words, { key: 'none.hosts' })
  const { obstacles } = view
  const { kind = 'failed', detail = '' } = obstacles.findLast(({ rung }) => rung === 'plain') ?? {}
  const key = Object.hasOwn(words, `none.${kind}`) ? `none.${kind}` : 'none.failed'
  return word(words, { key, values: { detail } })
}

/** How a run ended, as the last line in its terminal. */
export function endWords(words: Words, { exit, gone, trouble }: Ended): string {
  if (trouble) return word(words, { key: 'print.failed', values: { reason: wordTrouble(words, trouble) } })
  if (gone?.ended === null) return word(words, { key: 'state.bench-ended' })
  if (gone?.ended === 'recording') return word(words, { key: 'print.recording-ends' })
  if (gone) {
    const reason = word(words, { key: `ending.${gone.ended}` })
    return word(words, { key: gone.ended === 'taken-over' ? 'print.elsewhere' : 'print.ended', values: { reason } })
  }
  const by = exit?.stopped ? '-stopped' : ''
  if (exit?.signal) return word(words, { key: `print.signal${by}`, values: { signal: exit.signal } })
  return word(words, { key: `print.exited${by}`, values: { code: exit?.code ?? 0 } })
}

/** One of three ways to end: by itself or by Stop, under its bench, or before it began. */
export interface Ended extends Partial<Pick<ProgramView, 'exit' | 'gone'>> {
  readonly trouble?: Parameters<typeof wordTrouble>[1]
}

function situation(program: ProgramView, family: 'state' | 'say'): Sentence {
  const { state, asked, stopping, socket, exit, gone } = program
  if (asked) return { key: `${family}.starting` }
  if (stopping) return { key: `${family}.stopping` }
  if (state === 'running' && socket) {
    const { protocol, port } = socket
    return { key: `${family}.on-port`, values: { protocol: protocol.toUpperCase(), port } }
  }
  if (state !== 'exited') return { key: `${family}.${state}` }
  if (gone?.ended === 'recording') return { key: `${family}.recording-ends` }
  if (gone) return { key: gone.ended === 'taken-over' ? `${family}.elsewhere` : `${family}.bench-ended` }
  if (exit?.stopped) return { key: `${family}.stopped` }
  if (exit?.signal) return { key: `${family}.signal`, values: { signal: exit.signal } }
  return { key: `${family}.exited`, values: { code: exit?.code ?? 0 } }
}
