/** The TCP state diagram with the way both ends went; for UDP one honest sentence. */
import type { Step, Story } from '../../../labs/checks/story.ts'
import type { End } from '../../../labs/lab.ts'
import { draw, make } from '../dom.ts'
import type { Scene } from '../moment.ts'
import type { Cast } from '../story/cast.ts'
import { type Words, word } from '../words.ts'
import { BOX, type Box, type BoxName, type Diagram, diagramOf, SIZE, type Way } from './states.ts'

export interface StatesPanelParts {
  readonly words: Words
  readonly cast: Cast
  readonly onPick: (at: number) => void
  readonly onPoint: (at: number | null) => void
}

/** Fills the element it is given. */
export class StatesPanel {
  readonly #parts: StatesPanelParts
  readonly #root: HTMLElement
  #drawn = ''

  constructor(root: HTMLElement, parts: StatesPanelParts) {
    this.#root = root
    this.#parts = parts
    root.addEventListener('pointerover', ({ target }) => parts.onPoint(stepOf(target)))
    root.addEventListener('pointerleave', () => parts.onPoint(null))
    root.addEventListener('click', ({ target }) => {
      const step = stepOf(target)
      if (step !== null) parts.onPick(step)
    })
  }

  show({ story, at, lit }: Scene): void {
    const diagram = diagramOf(story, at, conversationOf(story, story.steps[at - 1]), this.#parts.cast)
    const lamps = new Set<BoxName>([...lit].flatMap((one) => story.steps[one - 1]?.states ?? []).map(({ to }) => to))
    const isUdp = diagram === null && isUdpOnly(story)
    const wanted = JSON.stringify([diagram, [...lamps], isUdp])
    if (wanted === this.#drawn) return
    this.#drawn = wanted
    if (diagram) this.#root.replaceChildren(this.#title('states.title', 'states.sides'), this.#picture(diagram, lamps))
    else if (isUdp) this.#root.replaceChildren(this.#title('states.udp-title'), make('p', {}, this.#say('states.udp')))
    else this.#root.replaceChildren()
  }

  close(): void {
    this.#root.replaceChildren()
  }

  #title(key: string, small?: string): HTMLElement {
    return make('h4', {}, this.#say(key), ...(small ? [make('small', { class: 'about' }, this.#say(small))] : []))
  }

  #picture({ boxes, ways, tracks }: Diagram, lamps: ReadonlySet<BoxName>): SVGElement {
    const told = tracks.map(({ end, listens, states }) => {
      const who = this.#parts.cast.programs.find((player) => player.end === end)?.name ?? ''
      const values = { who, now: states.at(-1) ?? '', way: states.slice(0, -1).join(', ') }
      return this.#say(listens ? 'states.alt-listener' : 'states.alt', values)
    })
    return draw(
      'svg',
      {
        class: 'fsm',
        viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
        role: 'img',
        'aria-label': [this.#say('states.title'), ...told].join(' '),
      },
      ...ways.map(way),
      ...boxes.map((one) => box(one, lamps.has(one.name))),
    )
  }

  #say(key: string, values?: Record<string, string>): string {
    return word(this.#parts.words, { key, ...(values && { values }) })
  }
}

const SIDE: Readonly<Record<End, string>> = { waits: 'B', begins: 'A' }

function way({ path, end, abrupt }: Way): SVGElement {
  const classes = [...(end ? ['was', SIDE[end]] : []), ...(abrupt ? ['abrupt'] : [])].join(' ')
  return draw('path', { d: path, class: classes || null })
}

function box({ name, x, y, here, been, half, step }: Box, lit: boolean): SVGElement {
  const { width, height } = BOX
  const [only] = been
  const side = here.length === 1 && here[0] ? SIDE[here[0]] : been.length === 1 && only ? SIDE[only] : ''
  const kind = here.length > 0 ? (half ? 'half' : 'on') : been.length > 0 ? 'been' : ''
  const marks = here.map((end) =>
    end === 'waits'
      ? draw('rect', { class: 'mk B', x: x + 6, y: y + 7, width: 8, height: 8 })
      : draw('circle', { class: 'mk A', cx: x + width - 10, cy: y + 11, r: 4.5 }),
  )
  return draw(
    'g',
    {
      class: [kind, side, ...(lit ? ['lit'] : [])].join(' ').trim() || null,
      'data-state': labelOf(name),
      'data-at': step,
    },
    draw('rect', { x, y, width, height, rx: 2 }),
    draw('text', { x: x + width / 2, y: y + 15 }, labelOf(name)),
    ...marks,
  )
}

function stepOf(target: EventTarget | null): number | null {
  const box = target instanceof Element ? target.closest('[data-at]') : null
  return box === null ? null : Number(box.getAttribute('data-at'))
}

function labelOf(name: BoxName): string {
  return name === 'ENDED' ? 'CLOSED' : name
}

/** The connection a step is about; null where it is about none. */
function conversationOf(story: Story, step: Step | undefined): number | null {
  if (step === undefined) return null
  const numbers =
    step.kind === 'packet'
      ? [step.packet]
      : step.kind === 'calls' || step.kind === 'waits' || step.kind === 'returns'
        ? (story.calls[step.call]?.packets ?? [])
        : []
  const [number] = numbers
  const conversation = number === undefined ? null : (story.packets[number - 1]?.conversation ?? null)
  return conversation !== null && story.conversations[conversation]?.protocol === 'tcp' ? conversation : null
}

function isUdpOnly(story: Story): boolean {
  const rows = story.socketsAt(story.steps.length)
  const protocols = [...rows, ...story.conversations].map(({ protocol }) => protocol)
  return protocols.length > 0 && protocols.every((protocol) => protocol === 'udp')
}
