/** Draws the ruler: bytes in a row, and beneath each the character that a code book finds in it. */
import type { Packet, Story } from '../../../labs/checks/story.ts'
import { ENCODINGS, type Encoding } from '../../../labs/wire/text.ts'
import { make } from '../dom.ts'
import type { Cast } from '../story/cast.ts'
import { type Sentence, type Words, word } from '../words.ts'
import { twoDigits } from './layers.ts'
import { bytesBefore, type Cell, cellsOf, pointsOf } from './ruler.ts'

/** What the ruler shows. */
export interface RulerParts {
  readonly words: Words
  readonly cast: Cast
  readonly story: Story
  readonly packet: Packet
  /** By which code book each program reads, as the reader of the page set it. */
  readonly readers: Readonly<Record<string, Encoding>>
  readonly onReader: (program: string, encoding: Encoding) => void
}

/** More bytes than these are counted, not drawn. */
const MOST = 64

/** In this course both programs use GBK where nothing else is said. */
const USUAL: Encoding = 'gbk'

/** The section beneath a packet's fields. */
export function drawRuler(parts: RulerParts): HTMLElement {
  const { words, packet } = parts
  const say = (key: string, values?: Sentence['values']) => word(words, { key, ...(values && { values }) })
  const { offset, bytes } = packet.decoded.payload
  const isProgram = packet.decoded.tcp !== null || packet.decoded.udp !== null
  const section = make('section', { class: 'ruler-box' }, make('h5', {}, say('ruler.title')))
  if (!isProgram || bytes.length === 0) {
    section.append(make('p', { class: 'note' }, say('ruler.nothing')))
    return section
  }
  const shown = bytes.subarray(0, MOST)
  const before = bytesBefore(parts.story, packet)
  const ruler = make('div', { class: 'ruler', role: 'table', 'aria-label': say('ruler.title') })
  ruler.style.setProperty('--cells', String(shown.length))
  const row = (head: Node | string, cells: readonly HTMLElement[], note: string) => {
    const line = make('div', { role: 'row' }, make('span', { class: 'h', role: 'rowheader' }, head), ...cells)
    line.append(make('span', { class: 'say', role: 'cell' }, note))
    ruler.append(line)
  }
  const each = (text: (byte: number, at: number) => string) =>
    Array.from(shown, (byte, at) => make('span', { class: 'cell', role: 'cell' }, text(byte, at)))
  row(
    say('ruler.byte'),
    each((_, at) => String(offset + at)),
    '',
  )
  row(say('ruler.hex'), each(twoDigits), '')
  const readers = new Set(parts.cast.programs.map(({ name }) => parts.readers[name] ?? USUAL))
  for (const encoding of ENCODINGS) {
    const cells = cellsOf(before, shown, encoding)
    const verdict = make('span', {}, `${signOf(cells, encoding)} `, say(`ruler.${encoding}`))
    for (const { name, end } of parts.cast.programs) {
      if ((parts.readers[name] ?? USUAL) !== encoding) continue
      verdict.append(' ', make('span', { class: `mark ${end === 'waits' ? 'B' : 'A'}`, title: name }))
    }
    row(
      verdict,
      cells.map((cell) => cellView(cell, say)),
      noteOf(cells, encoding, packet.decoded.udp !== null, say),
    )
    if (readers.has(encoding)) {
      row(
        say('ruler.points'),
        pointsOf(cells).map((cell) => cellView(cell, say)),
        say(`ruler.${encoding}`),
      )
    }
  }
  const rest = bytes.length - shown.length
  section.append(
    chooser(parts, say),
    make('div', { class: 'scroll', tabindex: 0 }, ruler),
    rest > 0 ? make('p', { class: 'note' }, say('ruler.more', { count: rest })) : '',
    make('p', { class: 'note' }, say('ruler.nothing-says')),
  )
  return section
}

type Say = (key: string, values?: Sentence['values']) => string

function chooser({ cast, readers, onReader }: RulerParts, say: Say): HTMLElement {
  const choices = cast.programs.map(({ name, end }) => {
    const select = make('select', { 'data-reader': name })
    for (const encoding of ENCODINGS) {
      const chosen = (readers[name] ?? USUAL) === encoding
      select.append(make('option', { value: encoding, selected: chosen }, say(`ruler.${encoding}`)))
    }
    select.addEventListener('change', () => onReader(name, select.value as Encoding))
    const mark = make('span', { class: `mark ${end === 'waits' ? 'B' : 'A'}` })
    return make('label', {}, mark, `${say('ruler.for', { program: name })} `, select)
  })
  return make('div', { class: 'readers' }, ...choices)
}

function cellView({ from, to, text, kind }: Cell, say: Say): HTMLElement {
  const cell = make('span', { class: `cell ${kind}`, role: 'cell', 'data-glyph': kind }, shownAs(text, kind, say))
  cell.style.gridColumn = `span ${to - from}`
  return cell
}

function shownAs(text: string | null, kind: Cell['kind'], say: Say): string {
  if (kind === 'cut' || kind === 'rest') return say(`ruler.${kind}`)
  if (text === null) return '�'
  // What has no shape of its own is shown by its picture (Unicode, Control Pictures).
  const code = text.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  return code === 0x7f ? '␡' : text
}

function signOf(cells: readonly Cell[], encoding: Encoding): string {
  if (encoding === 'latin1') return '?'
  return cells.some(({ kind }) => kind === 'bad') ? '✕' : '✓'
}

function noteOf(cells: readonly Cell[], encoding: Encoding, isDatagram: boolean, say: Say): string {
  if (encoding === 'latin1') return say('ruler.never-fails')
  const bad = cells.filter(({ kind }) => kind === 'bad').length
  if (bad > 0) return say('ruler.bad', { count: bad })
  const cuts = [
    ...(cells[0]?.kind === 'rest' ? [say('ruler.cut-start')] : []),
    ...(cells.at(-1)?.kind === 'cut' ? [say(isDatagram ? 'ruler.cut-datagram' : 'ruler.cut-end')] : []),
  ]
  return cuts.length > 0 ? cuts.join(say('bytes.between')) : say('ruler.whole')
}
