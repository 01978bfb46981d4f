/** One packet opened layer by layer: its bytes, the fields they make, and what a program's text is in several code books. */
import type { Packet, Story } from '../../../labs/checks/story.ts'
import type { LayerName } from '../../../labs/wire/decoded.ts'
import { originOf, urlOf } from '../../../labs/wire/names.ts'
import type { Encoding } from '../../../labs/wire/text.ts'
import { addStyle, make } from '../dom.ts'
import type { Cast } from '../story/cast.ts'
import { type Sentence, type Words, word } from '../words.ts'
import style from './bytes.css?inline'
import { fieldAt, LAYER_NAMES, type LayerView, layersOf, twoDigits } from './layers.ts'
import { Marker, type Range } from './mark.ts'
import { drawRuler } from './ruler-view.ts'

/** What the panel is made with. */
export interface BytesParts {
  /** As `bytesWords` gave them. */
  readonly words: Words
  readonly cast: Cast
  /** The reader wants the packet of this number opened. */
  readonly onOpen: (packet: number) => void
  /** The reader marked bytes of a packet, or (null) took the mark back. */
  readonly onMark: (mark: ({ readonly packet: number } & Range) | null) => void
  readonly onDownload: () => void
}

/** Which field is lit: the layer's place, and the field's in it; -1 for the layer as a whole. */
interface Lit {
  readonly layer: number
  readonly field: number
}

/** Shows one packet. The element it is given is its own to fill. */
export class BytesPanel {
  readonly #root: HTMLElement
  readonly #parts: BytesParts
  #packet: Packet | null = null
  #story: Story | null = null
  #layers: readonly LayerView[] = []
  /** The layer whose fields are shown, by its place. */
  #open = 0
  #lit: Lit | null = null
  #readers: Readonly<Record<string, Encoding>> = {}
  #shown = ''

  constructor(root: HTMLElement, parts: BytesParts) {
    addStyle(style)
    this.#root = root
    this.#parts = parts
    root.dataset.panel = 'bytes'
    root.classList.add('bytes')
    this.#drawNothing()
  }

  /** Opens the packet of this number; null when none is chosen. May be called as often as the story changes. */
  show(story: Story, number: number | null): void {
    const packet = number === null ? undefined : story.packets[number - 1]
    const key = packet ? `${story.run} ${packet.number} ${packet.sequence} ${packet.acknowledgment}` : ''
    this.#story = story
    this.#showSteps()
    if (key === this.#shown) return
    this.#shown = key
    this.#packet = packet ?? null
    if (packet === undefined) {
      this.#drawNothing()
      return
    }
    this.#layers = layersOf(story, packet)
    // What a learner comes for is the program's bytes and the header above them.
    const innermost = this.#layers.findLastIndex(({ name, quoted }) => name !== null && !quoted)
    this.#open = Math.max(0, innermost)
    this.#lit = null
    this.#draw(packet)
  }

  #drawNothing(): void {
    this.#root.replaceChildren(make('p', { class: 'note' }, this.#say('bytes.none')))
  }

  #draw(packet: Packet): void {
    const story = this.#story
    if (story === null) return
    const dump = make('div', { class: 'hex', role: 'group', 'aria-label': this.#say('bytes.hex') })
    dump.append(...this.#rows(packet.bytes))
    const marked = make('p', { class: 'marked-say', role: 'status' })
    const marker = new Marker(dump, (range) => this.#marked(marked, marker, range))
    const missing = packet.length - packet.bytes.length
    this.#root.replaceChildren(
      this.#head(packet),
      make('p', { class: 'how' }, this.#say('bytes.how')),
      make(
        'div',
        { class: 'frame' },
        this.#drawLayers(),
        make(
          'div',
          { class: 'dump' },
          dump,
          missing > 0 ? make('p', { class: 'note' }, this.#say('bytes.not-kept', { count: missing })) : '',
          make('p', { class: 'note' }, this.#say('bytes.key')),
          make('p', { class: 'note' }, this.#say('mark.how')),
          marked,
        ),
        make('div', { class: 'fields' }),
      ),
      make('p', { class: 'sentence', 'aria-live': 'polite' }),
      drawRuler({
        words: this.#parts.words,
        cast: this.#parts.cast,
        story,
        packet,
        readers: this.#readers,
        onReader: (program, encoding) => this.#chooseReader(program, encoding),
      }),
    )
    dump.addEventListener('pointerover', (event) => this.#pointAtByte(event.target))
    dump.addEventListener('focusin', (event) => this.#pointAtByte(event.target))
    this.#drawFields()
    this.#showLit()
    this.#showSteps()
  }

  #head({ number }: Packet): HTMLElement {
    const { words, onOpen, onDownload } = this.#parts
    const button = (key: string, act: () => void, data: string) => {
      const one = make('button', { class: 'quiet', type: 'button', [data]: true }, word(words, { key }))
      one.addEventListener('click', () => one.getAttribute('aria-disabled') !== 'true' && act())
      return one
    }
    return make(
      'div',
      { class: 'bytes-head' },
      button('bytes.previous', () => onOpen(number - 1), 'data-previous'),
      button('bytes.next', () => onOpen(number + 1), 'data-next'),
      button('bytes.download', onDownload, 'data-download'),
    )
  }

  #showSteps(): void {
    const last = this.#story?.packets.length ?? 0
    const number = this.#packet?.number ?? 0
    const disable = (selector: string, disabled: boolean) =>
      this.#root.querySelector(selector)?.setAttribute('aria-disabled', String(disabled))
    disable('[data-previous]', number <= 1)
    disable('[data-next]', number >= last)
  }

  #drawLayers(): HTMLElement {
    const list = make('ol', { 'aria-label': this.#say('bytes.layers') })
    for (const [index, layer] of this.#layers.entries()) {
      const button = make('button', { type: 'button', class: 'layer', 'data-layer': layer.name ?? `osi-${layer.osi}` })
      const bytes = layer.to - layer.from
      button.append(
        make('span', { class: 'osi' }, String(layer.osi)),
        make('b', {}, this.#titleOf(layer)),
        make('span', { class: 'size' }, bytes === 0 ? this.#say('bytes.no-bytes') : this.#count(bytes)),
        make('small', {}, this.#underOf(layer)),
      )
      button.addEventListener('click', () => this.#openLayer(index))
      list.append(make('li', { class: bytes === 0 ? 'none' : null }, button))
    }
    return make('div', { class: 'layers' }, make('p', { class: 'cap' }, this.#say('bytes.layers-head')), list)
  }

  #titleOf({ osi, name, quoted }: LayerView): string {
    if (quoted && name) return this.#say('bytes.quoted', { layer: LAYER_NAMES[name] })
    return this.#say(`bytes.osi.${osi}`)
  }

  #underOf({ osi, name, brief, quoted }: LayerView): string {
    if (name === null)
      return osi === 7 ? `${this.#say('bytes.tcpip.7')} · ${this.#say('bytes.yours')}` : this.#say(`bytes.duty.${osi}`)
    if (quoted) return brief
    const tcpip = this.#say(`bytes.tcpip.${osi}`)
    return [tcpip, LAYER_NAMES[name], brief].filter((part) => part !== '').join(' · ')
  }

  #openLayer(index: number): void {
    this.#open = index
    this.#lit = null
    this.#drawFields()
    this.#showLit()
  }

  *#rows(bytes: Uint8Array): Generator<HTMLElement> {
    for (let start = 0; start < bytes.length; start += 16) {
      const row = make('div', {}, make('span', { class: 'off' }, start.toString(16).padStart(4, '0')))
      for (let at = start; at < Math.min(start + 16, bytes.length); at++) {
        row.append(
          make(
            'i',
            { 'data-byte': at, tabindex: at === 0 ? 0 : -1, title: String(at) },
            twoDigits(bytes[at] as number),
          ),
        )
      }
      yield row
    }
  }

  #drawFields(): void {
    const place = this.#root.querySelector('.fields')
    const layer = this.#layers[this.#open]
    if (place === null || layer === undefined) return
    if (layer.fields.length === 0) {
      place.replaceChildren()
      return
    }
    const heads = ['byte', 'field', 'hex', 'value', 'reading', 'source'].map((head) =>
      make('th', { scope: 'col' }, this.#say(`bytes.head.${head}`)),
    )
    const body = make('tbody')
    for (const [index, { key, from, hex, value, reading }] of layer.fields.entries()) {
      const row = make(
        'tr',
        { 'data-field': key, tabindex: 0 },
        make('td', { class: 'm' }, String(from)),
        make('td', {}, this.#label(key)),
        make('td', { class: 'm' }, hex),
        make('td', { class: 'value' }, value),
        make('td', { class: 'reading' }, reading ? word(this.#parts.words, reading) : ''),
        make('td', { class: 'origin' }, this.#origin(layer.name, key)),
      )
      const light = () => this.#light({ layer: this.#open, field: index })
      row.addEventListener('pointerenter', light)
      row.addEventListener('focus', light)
      body.append(row)
    }
    const table = make(
      'table',
      { 'aria-label': this.#say('bytes.fields') },
      make('thead', {}, make('tr', {}, ...heads)),
      body,
    )
    place.replaceChildren(
      layer.defect ? make('p', { class: 'note' }, this.#say(`bytes.defect.${layer.defect}`)) : '',
      make('div', { class: 'scroll', tabindex: 0 }, table),
    )
  }

  /** Where a field is described, as a link to the very section. */
  #origin(layer: LayerName | null, key: string): Node | string {
    const origin = layer && originOf(layer, key.slice(key.indexOf('.') + 1))
    if (!origin) return ''
    const { rfc, section } = origin
    return make('a', { href: urlOf(origin), rel: 'noreferrer', target: '_blank' }, `${rfc}, ${section}`)
  }

  #pointAtByte(target: EventTarget | null): void {
    const cell = target instanceof Element ? target.closest<HTMLElement>('[data-byte]') : null
    if (cell === null) return
    const found = fieldAt(this.#layers, Number(cell.dataset.byte))
    if (found === null) return
    if (found.layer !== this.#open) {
      this.#open = found.layer
      this.#drawFields()
    }
    this.#light(found)
  }

  #light(lit: Lit): void {
    if (this.#lit?.layer === lit.layer && this.#lit.field === lit.field) return
    this.#lit = lit
    this.#showLit()
  }

  /** Underlines the open layer and what is the program's; lights the chosen field, its bytes, and its sentence. */
  #showLit(): void {
    const layer = this.#layers[this.#open]
    const field = this.#lit && this.#layers[this.#lit.layer]?.fields[this.#lit.field]
    const own = this.#layers.find(({ osi }) => osi === 7)
    const within = (byte: number, range: { from: number; to: number } | null | undefined) =>
      range != null && range.from <= byte && byte < range.to
    for (const cell of this.#root.querySelectorAll<HTMLElement>('[data-byte]')) {
      const byte = Number(cell.dataset.byte)
      cell.classList.toggle('open', within(byte, layer))
      cell.classList.toggle('own', within(byte, own))
      cell.classList.toggle('lit', within(byte, field))
    }
    for (const [index, row] of this.#root.querySelectorAll('.fields tbody tr').entries()) {
      row.classList.toggle('lit', field != null && index === this.#lit?.field)
    }
    for (const [index, button] of this.#root.querySelectorAll('.layers button').entries()) {
      if (index === this.#open) button.setAttribute('aria-current', 'true')
      else button.removeAttribute('aria-current')
    }
    const sentence = this.#root.querySelector('.sentence')
    if (sentence) sentence.textContent = field ? this.#sayField(field.key, field) : this.#sayLayer(layer)
  }

  #sayField(key: string, { from, to }: { from: number; to: number }): string {
    const { words } = this.#parts
    const where =
      to - from === 1 ? this.#say('bytes.one-byte', { from }) : this.#say('bytes.several-bytes', { from, to: to - 1 })
    const say = words[`field.${key}.say`]
    return `${this.#label(key)}${this.#say('bytes.between')}${where}${this.#say('bytes.after')}${say ? ` ${say}` : ''}`
  }

  #sayLayer(layer: LayerView | undefined): string {
    if (layer?.quoted) return this.#say('bytes.quoted-say')
    if (layer !== undefined && layer.name === null && layer.osi !== 7) return this.#say(`bytes.duty.${layer.osi}`)
    return this.#say('bytes.pick')
  }

  #label(key: string): string {
    return this.#say(`field.${key}`)
  }

  #marked(place: HTMLElement, marker: Marker, range: Range | null): void {
    const { packet, parts } = { packet: this.#packet, parts: this.#parts }
    if (packet === null) return
    parts.onMark(range && { packet: packet.number, ...range })
    if (range === null) {
      place.replaceChildren()
      return
    }
    const { first: from, last: to } = range
    const where = from === to ? this.#say('bytes.one-byte', { from }) : this.#say('bytes.several-bytes', { from, to })
    const clear = make('button', { class: 'quiet', type: 'button' }, this.#say('mark.clear'))
    clear.addEventListener('click', () => marker.clear())
    place.replaceChildren(this.#say('mark.marked', { range: where, bytes: this.#count(to - from + 1) }), ' ', clear)
  }

  #chooseReader(program: string, encoding: Encoding): void {
    this.#readers = { ...this.#readers, [program]: encoding }
    if (this.#packet && this.#story) {
      const focus = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.reader : undefined
      this.#draw(this.#packet)
      if (focus) this.#root.querySelector<HTMLElement>(`[data-reader="${CSS.escape(focus)}"]`)?.focus()
    }
  }

  #count(count: number): string {
    return this.#say(count === 1 ? 'bytes.count.one' : 'bytes.count.many', { count })
  }

  #say(key: string, values?: Sentence['values']): string {
    return word(this.#parts.words, { key, ...(values && { values }) })
  }
}
