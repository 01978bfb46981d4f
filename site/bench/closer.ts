/** What a reader opens to look closer: bytes, faults, explanations of errors. Each is loaded when it is first wanted. */
import { errorOf } from '../../labs/checks/culprit.ts'
import { foldWires, type WiresNow, wiresOf } from '../../labs/checks/wires.ts'
import type { BenchEvent } from '../../labs/events.ts'
import type { Lab } from '../../labs/lab.ts'
import type { Lang } from '../languages.ts'
import type { BytesPanel } from './bytes/bytes-panel.ts'
import { make } from './dom.ts'
import type { ErrorNote } from './errors/error-note.ts'
import type { FaultsPanel } from './faults/faults-panel.ts'
import { download } from './files.ts'
import type { Scene } from './moment.ts'
import type { PanelName } from './opened.ts'
import type { BenchSource } from './source.ts'
import { castOf } from './story/cast.ts'

export interface CloserParts {
  readonly root: HTMLElement
  readonly lang: Lang
  readonly lab: Lab
  readonly title: string
  readonly source: Pick<BenchSource, 'faults' | 'seed'>
  readonly onPick: (at: number) => void
  /** What is loaded here is missing: the system's word for it. */
  readonly onMissing: (detail: string) => void
}

/** Bytes that a reader marked in a packet; told as an event `bytes-marked` of the lab's element, null when taken back. */
export type MarkedBytes = { readonly packet: number; readonly first: number; readonly last: number } | null

export class Closer {
  readonly #parts: CloserParts
  #wires: WiresNow
  #scene: Scene | null = null
  #open: readonly PanelName[] = []
  #bytes: BytesPanel | null = null
  #faults: FaultsPanel | null = null
  #errors: readonly ErrorNote[] = []
  readonly #begun = new Set<string>()
  /** The packet that is opened, as long as the reader stays at a step that has none of its own. */
  #packet: number | null = null

  constructor(parts: CloserParts) {
    this.#parts = parts
    this.#wires = wiresOf(parts.lab)
  }

  /** Takes an event of the bench. */
  hear(event: BenchEvent): void {
    const before = this.#wires
    this.#wires = foldWires(before, event)
    if (this.#wires !== before) this.#showFaults()
  }

  /** The bench is another one: its wires are as the lab declares them. */
  restart(): void {
    this.#wires = wiresOf(this.#parts.lab)
    this.#packet = null
    this.#showFaults()
  }

  /** Shows these panels, at this scene; null before anything was told. */
  show(scene: Scene | null, open: readonly PanelName[]): void {
    this.#scene = scene
    this.#open = open
    if (open.includes('faults')) this.#want('faults', () => this.#loadFaults())
    if (open.includes('bytes')) this.#want('bytes', () => this.#loadBytes())
    if (scene?.story.calls.some(({ error }) => error !== null && errorOf(error) !== null)) {
      this.#want('errors', () => this.#loadErrors())
    }
    this.#showFaults()
    this.#showBytes()
    if (scene) for (const note of this.#errors) note.show(scene.story, scene.at)
  }

  #want(what: string, load: () => Promise<void>): void {
    if (this.#begun.has(what)) return
    this.#begun.add(what)
    load()
      .then(() => this.show(this.#scene, this.#open))
      .catch((error: Error) => {
        this.#begun.delete(what)
        this.#parts.onMissing(error.message)
      })
  }

  async #loadBytes(): Promise<void> {
    const { root, lang, lab, onPick } = this.#parts
    const [{ BytesPanel }, { bytesWords }] = await Promise.all([
      import('./bytes/bytes-panel.ts'),
      import('./bytes/words.ts'),
    ])
    const place = root.querySelector<HTMLElement>('[data-panel=bytes]')
    if (place === null) return
    this.#bytes = new BytesPanel(place, {
      words: await bytesWords(lang),
      cast: castOf(lab),
      onOpen: (packet) => {
        const step = this.#scene?.story.steps.find((one) => one.kind === 'packet' && one.packet === packet)
        if (step) onPick(step.at)
      },
      onMark: (mark) => root.dispatchEvent(new CustomEvent<MarkedBytes>('bytes-marked', { detail: mark })),
      onDownload: () => void this.#download(),
    })
  }

  async #loadFaults(): Promise<void> {
    const { root, lang, lab, source } = this.#parts
    const [{ FaultsPanel }, { faultsWords }] = await Promise.all([
      import('./faults/faults-panel.ts'),
      import('./faults/words.ts'),
    ])
    const place = root.querySelector<HTMLElement>('[data-panel=faults]')
    if (place === null) return
    this.#faults = new FaultsPanel(place, {
      words: await faultsWords(lang),
      onFaults: (wire, faults) => source.faults(wire, faults),
      onSeed: (seed) => source.seed(seed),
      onRestore: (wire) => {
        const { ends, faults } = lab.network.wires[wire] ?? {}
        for (const direction of [0, 1] as const) {
          const from = ends?.[direction]
          const { only, ...rest } = faults?.[direction] ?? {}
          if (from) source.faults(wire, { ...rest, from, ...(only && { only }) })
        }
      },
    })
  }

  async #loadErrors(): Promise<void> {
    const { root, lang, lab, onPick } = this.#parts
    const [{ ErrorNote }, { errorWords }] = await Promise.all([
      import('./errors/error-note.ts'),
      import('./errors/words.ts'),
    ])
    const words = await errorWords(lang)
    this.#errors = lab.programs.flatMap(({ name }) => {
      const terminal = root.querySelector(`[data-program="${name}"] [data-panel=terminal]`)
      if (terminal === null) return []
      const place = make('div', { 'data-error-note': name, role: 'status' })
      terminal.append(place)
      return [new ErrorNote(place, name, { words, onPick })]
    })
  }

  #showFaults(): void {
    const { root } = this.#parts
    if (this.#open.includes('faults')) this.#faults?.show(this.#wires, root.dataset.source !== 'recorded')
  }

  /** The packet of the step that is pointed at or stood at, or the first that belongs to it. */
  #showBytes(): void {
    if (!this.#open.includes('bytes') || this.#bytes === null || this.#scene === null) return
    const { story, at, pointed } = this.#scene
    const step = story.steps[(pointed ?? at) - 1]
    const steps = step ? [step, ...step.related.flatMap((one) => story.steps[one - 1] ?? [])] : []
    for (const one of steps) {
      if (one.kind !== 'packet') continue
      this.#packet = one.packet
      break
    }
    if (this.#packet !== null && this.#packet > story.packets.length) this.#packet = null
    this.#bytes.show(story, this.#packet ?? (story.packets.length > 0 ? 1 : null))
  }

  async #download(): Promise<void> {
    if (this.#scene === null) return
    const { lab, title } = this.#parts
    const { captureOf } = await import('./bytes/capture.ts')
    // The bench's clock begins when it is opened; the page knows only now.
    const began = BigInt(Date.now()) * 1_000_000n - BigInt(Math.round(this.#scene.story.steps.at(-1)?.t ?? 0))
    const file = captureOf(this.#scene.story, castOf(lab), began, title)
    download(new File([file], `${lab.id}.pcapng`, { type: 'application/vnd.tcpdump.pcap' }))
  }
}
