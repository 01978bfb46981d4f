/** The wires of a lab under the reader's hand: what they lose, delay, double and reorder, and how the chances fall. */
import type { WireNow, WiresNow } from '../../../labs/checks/wires.ts'
import { type FaultsDefinition, FRAME_KINDS, NO_FAULTS } from '../../../labs/faults.ts'
import { addStyle, make } from '../dom.ts'
import { type Words, word } from '../words.ts'
import style from './faults.css?inline'
import { definitionOf, type Setting, settingOf } from './wires.ts'

/** What the panel is made with. */
export interface FaultsParts {
  readonly words: Words
  readonly onFaults: (wire: number, faults: FaultsDefinition) => void
  readonly onSeed: (seed: number) => void
  /** Gives a wire what the lab itself declares. */
  readonly onRestore: (wire: number) => void
}

/** Controls with a range: the most, and the step; the unit is in the words. */
const RANGES = {
  loss: { most: 100, step: 1 },
  delay: { most: 2000, step: 10 },
  jitter: { most: 1000, step: 10 },
  duplicate: { most: 100, step: 1 },
  reorder: { most: 100, step: 1 },
} as const
type RangeName = keyof typeof RANGES

/** Rates to choose from, in bit/s; 0 is as fast as the machine can. */
const RATES = [0, 10_000_000, 1_000_000, 100_000, 10_000] as const

/** Shows the wires and asks for changes; what is shown is what the bench has said. The element is its own to fill. */
export class FaultsPanel {
  readonly #root: HTMLElement
  readonly #parts: FaultsParts
  /** For each wire the direction its controls speak of: a host, or empty for both. */
  readonly #from: string[] = []
  #now: WiresNow | null = null
  #enabled = true

  constructor(root: HTMLElement, parts: FaultsParts) {
    addStyle(style)
    this.#root = root
    this.#parts = parts
    root.dataset.panel = 'faults'
    root.classList.add('faults')
  }

  /** `enabled` is false where nothing can be changed: in a recording, or where no bench can be had. */
  show(now: WiresNow, enabled: boolean): void {
    if (now === this.#now && enabled === this.#enabled) return
    const drawn = this.#now !== null
    this.#now = now
    this.#enabled = enabled
    if (!drawn) this.#draw(now)
    for (const [index, wire] of now.wires.entries()) this.#showWire(index, wire)
    const seed = this.#root.querySelector<HTMLInputElement>('[data-seed]')
    if (seed && seed !== document.activeElement) seed.value = String(now.seed)
    for (const control of this.#root.querySelectorAll<HTMLInputElement>('input, select, button')) {
      control.disabled = !enabled
    }
  }

  #draw({ wires, seed }: WiresNow): void {
    const chances = make('input', { type: 'number', min: 0, max: 2 ** 32 - 1, step: 1, value: seed, 'data-seed': true })
    const again = make('button', { class: 'btn', type: 'button', 'data-seed-again': true }, this.#say('faults.again'))
    const send = () => {
      const number = Math.min(Math.max(0, Math.trunc(Number(chances.value) || 0)), 2 ** 32 - 1)
      this.#parts.onSeed(number)
    }
    chances.addEventListener('change', send)
    again.addEventListener('click', send)
    this.#root.replaceChildren(
      make('p', { class: 'how' }, this.#say('faults.how')),
      ...wires.map((wire, index) => this.#drawWire(index, wire)),
      make(
        'p',
        { class: 'seed' },
        make('label', {}, `${this.#say('faults.seed')} `, chances),
        again,
        make('small', {}, this.#say('faults.seed-say')),
      ),
    )
  }

  #drawWire(index: number, { ends }: WireNow): HTMLElement {
    const legend = this.#say('faults.wire', { one: ends[0], other: ends[1] })
    const box = make('fieldset', { 'data-wire': index }, make('legend', {}, legend))
    const from = make('select', { 'data-control': 'from' }, make('option', { value: '' }, this.#say('faults.both')))
    for (const host of ends) from.append(make('option', { value: host }, this.#say('faults.from', { host })))
    from.addEventListener('change', () => {
      this.#from[index] = from.value
      const wire = this.#now?.wires[index]
      if (wire) this.#showWire(index, wire)
    })
    const change = () => this.#send(index, box)
    const controls = [
      this.#labelled('direction', from),
      ...(Object.keys(RANGES) as RangeName[]).map((name) => this.#range(name, change)),
      this.#labelled('rate', this.#select('rate', RATES.map(String), change)),
      this.#labelled('only', this.#select('only', ['', ...FRAME_KINDS], change)),
      this.#cut(change),
    ]
    const restore = make(
      'button',
      { class: 'quiet', type: 'button', 'data-restore': true },
      this.#say('faults.restore'),
    )
    restore.addEventListener('click', () => this.#parts.onRestore(index))
    box.append(make('div', { class: 'controls' }, ...controls), restore)
    return box
  }

  #range(name: RangeName, change: () => void): HTMLElement {
    const { most, step } = RANGES[name]
    const input = make('input', { type: 'range', min: 0, max: most, step, value: 0, 'data-control': name })
    const told = make('output', {})
    const tell = () => {
      const text = this.#say(`faults.${name}.unit`, { value: input.value })
      told.textContent = text
      input.setAttribute('aria-valuetext', text)
    }
    input.addEventListener('input', tell)
    // While it is drawn only the number moves; the wire changes when it is let go.
    input.addEventListener('change', change)
    return this.#labelled(name, input, told)
  }

  #select(name: 'rate' | 'only', values: readonly string[], change: () => void): HTMLSelectElement {
    const select = make('select', { 'data-control': name })
    for (const value of values) select.append(make('option', { value }, this.#say(`faults.${name}.${value || 'all'}`)))
    select.addEventListener('change', change)
    return select
  }

  #cut(change: () => void): HTMLElement {
    const input = make('input', { type: 'checkbox', role: 'switch', 'data-control': 'cut' })
    input.addEventListener('change', change)
    return make('label', { class: 'cut' }, input, this.#say('faults.cut'))
  }

  #labelled(name: string, ...controls: HTMLElement[]): HTMLElement {
    return make('label', {}, make('span', {}, this.#say(`faults.${name}`)), ...controls)
  }

  #send(index: number, box: HTMLElement): void {
    const wire = this.#now?.wires[index]
    if (wire === undefined) return
    const read = (name: string) => box.querySelector<HTMLInputElement>(`[data-control="${name}"]`)
    const number = (name: string) => Number(read(name)?.value ?? 0)
    const setting: Setting = {
      loss: number('loss'),
      delay: number('delay'),
      jitter: number('jitter'),
      duplicate: number('duplicate'),
      reorder: number('reorder'),
      rate: number('rate'),
      cut: read('cut')?.checked ?? false,
      only: read('only')?.value ?? '',
    }
    this.#parts.onFaults(index, definitionOf(setting, this.#from[index] ?? '', this.#faultsOf(index, wire)))
  }

  /** The faults of the direction that the controls speak of; of both, the first's. */
  #faultsOf(index: number, { ends, faults }: WireNow) {
    return (this.#from[index] === ends[1] ? faults[1] : faults[0]) ?? NO_FAULTS
  }

  #showWire(index: number, wire: WireNow): void {
    const box = this.#root.querySelector<HTMLElement>(`[data-wire="${index}"]`)
    const setting = settingOf(this.#faultsOf(index, wire))
    for (const [name, value] of Object.entries(setting)) {
      const control = box?.querySelector<HTMLInputElement>(`[data-control="${name}"]`)
      if (!control) continue
      if (typeof value === 'boolean') control.checked = value
      else this.#set(control, String(value))
    }
  }

  #set(control: HTMLInputElement | HTMLSelectElement, value: string): void {
    if (control instanceof HTMLSelectElement) {
      const known = [...control.options].some((option) => option.value === value)
      if (!known) control.append(make('option', { value }, this.#say('faults.rate.other', { value })))
      control.value = value
      return
    }
    // A lab may go beyond the range that is enough for a hand.
    if (Number(value) > Number(control.max)) control.max = value
    control.value = value
    control.dispatchEvent(new Event('input'))
  }

  #say(key: string, values?: Record<string, string | number>): string {
    return word(this.#parts.words, { key, ...(values && { values }) })
  }
}
