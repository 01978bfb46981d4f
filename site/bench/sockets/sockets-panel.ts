/** The kernels' tables of sockets at the moment. */
import { missingOf } from '../code/marks.ts'
import { addStyle, make } from '../dom.ts'
import type { Scene } from '../moment.ts'
import type { Cast } from '../story/cast.ts'
import { type Words, word } from '../words.ts'
import { type Cell, type Row, rowsOf } from './rows.ts'
import style from './sockets.css?inline'

export interface SocketsPanelParts {
  readonly words: Words
  readonly cast: Cast
  readonly onPick: (at: number) => void
  readonly onPoint: (at: number | null) => void
}

/** Fills the element it is given. */
export class SocketsPanel {
  readonly #parts: SocketsPanelParts
  readonly #root: HTMLElement
  readonly #body = make('tbody')
  readonly #table: HTMLElement
  readonly #empty: HTMLElement
  readonly #notes: HTMLElement
  #rows: readonly Row[] = []
  #drawn = ''

  constructor(root: HTMLElement, parts: SocketsPanelParts) {
    addStyle(style)
    this.#root = root
    this.#parts = parts
    const head = ['whose', 'protocol', 'state', 'local', 'remote', 'receive', 'send', 'holder'].map((column) =>
      make('th', { scope: 'col', class: NUMBERS.includes(column) && 'r' }, this.#say(`sockets.${column}`)),
    )
    const table = make('table', { class: 'cells' }, make('thead', {}, make('tr', {}, ...head)), this.#body)
    this.#table = make(
      'div',
      { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': this.#say('sockets.title') },
      table,
    )
    this.#empty = make('p', { class: 'aside' }, this.#say('sockets.empty'))
    this.#notes = make('p', { class: 'aside' })
    const { onPick, onPoint } = parts
    this.#body.addEventListener('pointerover', ({ target }) => onPoint(this.#stepOf(target)))
    this.#body.addEventListener('pointerleave', () => onPoint(null))
    this.#body.addEventListener('focusin', ({ target }) => onPoint(this.#stepOf(target)))
    this.#body.addEventListener('focusout', () => onPoint(null))
    this.#body.addEventListener('click', ({ target }) => {
      if (getSelection()?.isCollapsed === false) return
      const step = this.#stepOf(target)
      if (step !== null) onPick(step)
    })
    const about = make('small', { class: 'about' }, this.#say('sockets.about'))
    root.replaceChildren(make('h4', {}, this.#say('sockets.title'), about), this.#table, this.#empty, this.#notes)
  }

  show({ story, at, lit }: Scene): void {
    this.#rows = rowsOf(story, at, this.#parts.words)
    const marked = new Set([...lit].flatMap((one) => story.steps[one - 1]?.sockets ?? []))
    const blind = story.blind.find(({ instrument }) => instrument === 'sockets')
    const count = missingOf(story, 'sockets')
    const wanted = JSON.stringify([this.#rows, [...marked], blind, count])
    if (wanted === this.#drawn) return
    this.#drawn = wanted
    // What has the focus is drawn anew: it keeps it.
    const active = document.activeElement?.closest('tr')
    const focused = active && this.#body.contains(active) ? active.dataset.socket : undefined
    this.#body.replaceChildren(...this.#rows.map((row) => this.#row(row, marked.has(row.id))))
    if (focused !== undefined) {
      this.#body.querySelector<HTMLElement>(`tr[data-socket="${CSS.escape(focused)}"] .ref`)?.focus()
    }
    this.#table.hidden = this.#rows.length === 0
    this.#empty.hidden = this.#rows.length > 0 || blind !== undefined
    this.#empty.textContent = this.#say('sockets.empty')
    const notes = [
      ...(blind ? [this.#say('sockets.blind', { detail: blind.detail })] : []),
      ...(count > 0 ? [this.#say('missing.sockets', { count })] : []),
      ...(this.#rows.some(({ derived }) => derived) ? [this.#say('sockets.derived')] : []),
    ]
    this.#notes.textContent = notes.join(' ')
    this.#notes.hidden = notes.length === 0
  }

  close(): void {
    this.#root.replaceChildren()
  }

  #row(row: Row, lit: boolean): HTMLElement {
    const { cast } = this.#parts
    const end = cast.programs.find(({ name }) => name === row.program)?.end
    const side = end === undefined ? '' : end === 'waits' ? 'B' : 'A'
    const where = cast.hosts.length > 1 ? [make('small', {}, ` ${row.host}`)] : []
    const who = make(
      'span',
      { class: `who ${side}` },
      ...(side ? [make('span', { class: 'mark' })] : []),
      row.program ?? this.#say('sockets.nobody'),
      ...where,
    )
    const classes = [...(lit ? ['lit'] : []), ...(row.gone ? ['gone'] : []), ...(row.isNew ? ['fresh'] : [])].join(' ')
    const queue = [...cell(row.receiveQueue), ...(row.room === null ? [] : [make('small', {}, ` ${row.room}`)])]
    const link = this.#link(row)
    return make(
      'tr',
      { class: classes || null, 'data-socket': row.id, 'data-state': row.state.now },
      make('td', {}, who, ...link),
      make('td', {}, row.protocol),
      make(
        'td',
        { class: 'state-cell' },
        ...stateCell(row),
        ...(row.gone ? [make('small', {}, ` ${this.#say('sockets.gone')}`)] : []),
      ),
      make('td', { class: 'm' }, ...cell(row.local)),
      make('td', { class: 'm' }, ...cell(row.remote)),
      make('td', { class: 'r', 'data-h': this.#say('sockets.receive') }, ...queue),
      make('td', { class: 'r', 'data-h': this.#say('sockets.send') }, ...cell(row.sendQueue)),
      make('td', {}, ...(row.unheld ? [bold(row.holder)] : cell(row.holder))),
    )
  }

  /** A row is reached and chosen by keyboard through the number of its latest event. */
  #link({ step }: Row): HTMLElement[] {
    if (step === 0) return []
    const name = this.#say('code.event', { event: step })
    return [make('button', { type: 'button', class: 'ref', 'aria-label': name }, String(step))]
  }

  #stepOf(target: EventTarget | null): number | null {
    const row = target instanceof Element ? target.closest('tr') : null
    const id = row?.dataset.socket
    return this.#rows.find((one) => one.id === id)?.step || null
  }

  #say(key: string, values?: Record<string, string | number>): string {
    return word(this.#parts.words, { key, ...(values && { values }) })
  }
}

const NUMBERS = ['receive', 'send']

/** What changed is told by more than a colour: the old is struck through, the new is bold. */
function cell({ now, was }: Cell): (Node | string)[] {
  return was === null ? [now] : [make('del', {}, was), ' ', make('ins', {}, now)]
}

function stateCell({ state, derived }: Row): (Node | string)[] {
  if (!derived) return cell(state)
  return [make('span', { class: 'derived' }, ...cell(state))]
}

function bold({ now, was }: Cell): HTMLElement {
  return make('b', {}, ...cell({ now, was }))
}
