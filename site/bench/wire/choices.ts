/** The foot of the wire panel: what its reader may choose, and what may be taken along. */
import type { Story } from '../../../labs/checks/story.ts'
import { make } from '../dom.ts'
import { setText } from '../program-box.ts'
import { endpointText } from '../story/endpoints.ts'
import { durationText } from '../story/time.ts'
import { count, say, type Voice } from '../story/wording.ts'
import { rulerOf, type Scale } from './layout.ts'

export interface ChoiceParts {
  readonly voice: Voice
  readonly onScale: (scale: Scale) => void
  readonly onConversation: (conversation: number | null) => void
  readonly onBackground: (shown: boolean) => void
  readonly onSave: (kind: 'svg' | 'png') => void
  readonly onCopy: () => void
}

export class Choices {
  readonly element: HTMLElement
  readonly #voice: Voice
  readonly #conversations: HTMLSelectElement
  readonly #conversation: HTMLElement
  readonly #background: HTMLElement
  readonly #backgroundText = make('span')
  readonly #backgroundButton: HTMLElement
  readonly #legend: HTMLElement
  readonly #said = make('span', { role: 'status' })
  #shownBackground = false
  #listed = ''
  #scale: number | null = null

  constructor({ voice, onScale, onConversation, onBackground, onSave, onCopy }: ChoiceParts) {
    this.#voice = voice
    const button = (key: string, act: () => void) => {
      const made = make('button', { type: 'button', class: 'quiet' }, say(voice, key))
      made.addEventListener('click', act)
      return made
    }
    this.#conversations = make('select')
    this.#conversations.addEventListener('change', () => {
      const { value } = this.#conversations
      onConversation(value === '' ? null : Number(value))
    })
    this.#conversation = make('label', {}, say(voice, 'wire.conversation'), ' ', this.#conversations)
    this.#backgroundButton = button('wire.background-show', () => onBackground(!this.#shownBackground))
    this.#background = make('p', { class: 'background' }, this.#backgroundText, ' · ', this.#backgroundButton)
    this.#legend = make('p', { class: 'legend' }, say(voice, 'wire.legend'))
    this.element = make(
      'div',
      { class: 'wire-foot' },
      this.#background,
      this.#legend,
      make(
        'div',
        { class: 'tools' },
        this.#conversation,
        scaleChoice(voice, onScale),
        button('wire.save-svg', () => onSave('svg')),
        button('wire.save-png', () => onSave('png')),
        button('wire.copy-text', onCopy),
        this.#said,
      ),
    )
  }

  /** Lists the conversations there are, and how much belongs to others. */
  show(story: Story, chosen: number | null, background: number, shown: boolean): void {
    const own = story.conversations.flatMap((conversation, i) => (conversation.background ? [] : [{ conversation, i }]))
    this.#conversation.hidden = own.length < 2
    const options = own.map(({ conversation: { ends, protocol }, i }) => {
      const [one, other] = ends.map(endpointText)
      const between = say(this.#voice, 'wire.between', { one: one ?? '', other: other ?? '' })
      return { value: String(i), text: `${protocol.toUpperCase()} ${between}` }
    })
    const listed = JSON.stringify([options, chosen])
    if (listed !== this.#listed) {
      this.#listed = listed
      const all = { value: '', text: say(this.#voice, 'wire.all-conversations') }
      this.#conversations.replaceChildren(...[all, ...options].map(({ value, text }) => new Option(text, value)))
      this.#conversations.value = chosen === null ? '' : String(chosen)
    }
    this.#shownBackground = shown
    this.#background.hidden = background === 0
    const packets = count(this.#voice, background, 'packets')
    setText(this.#backgroundText, say(this.#voice, 'wire.background', { packets }))
    setText(this.#backgroundButton, say(this.#voice, shown ? 'wire.background-hide' : 'wire.background-show'))
  }

  /** Px for each ms, where rows go by time: then the legend has a ruler. */
  showScale(scale: number | null): void {
    if (scale === this.#scale) return
    this.#scale = scale
    const legend = say(this.#voice, 'wire.legend')
    if (scale === null) {
      this.#legend.replaceChildren(legend)
      return
    }
    const { ms, px } = rulerOf(scale)
    const ruler = make('span', { class: 'ruler', style: `height:${px}px` })
    this.#legend.replaceChildren(legend, ruler, durationText(ms * 1e6, this.#voice))
  }

  /** Says what became of what was asked for. */
  tell(key: string): void {
    this.#said.textContent = say(this.#voice, key)
  }
}

let groups = 0

function scaleChoice(voice: Voice, onScale: (scale: Scale) => void): HTMLElement {
  groups += 1
  const radios = (['events', 'time'] as const).map((scale) => {
    const radio = make('input', {
      type: 'radio',
      name: `wire-scale-${groups}`,
      value: scale,
      checked: scale === 'events',
    })
    radio.addEventListener('change', () => onScale(scale))
    return make('label', {}, radio, say(voice, scale === 'events' ? 'wire.by-event' : 'wire.by-time'))
  })
  return make('fieldset', { class: 'choice' }, make('legend', { class: 'vh' }, say(voice, 'wire.rows')), ...radios)
}
