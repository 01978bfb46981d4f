/** What a lab does with recordings: plays the course's where nothing runs, saves the reader's run, opens one from a file. */

import type { BenchEvent } from '../../labs/events.ts'
import type { Language } from '../../labs/lab.ts'
import { mixtureOf } from '../../labs/mixture.ts'
import { PROTOCOL } from '../../labs/protocol.ts'
import type { Known, RecordingHeader, RecordingTrouble } from '../../labs/recording.ts'
import { Deck } from './deck.ts'
import { isRecorded, type LabView, whyNot } from './fold.ts'
import { askHealth } from './health.ts'
import { clock } from './line.ts'
import { LiveSource } from './live.ts'
import { type Loaded, RecordedSource } from './recorded.ts'
import type { RecordingName } from './sentences.ts'
import type { News } from './source.ts'
import { systemName } from './systems.ts'
import type { NoFile, Tape } from './tape.ts'

/** The days on which a lab was recorded, by mixture. */
export type Recordings = Readonly<Record<string, string>>

/** What it asks of its lab. */
export interface PlaybackParts {
  readonly known: Known
  readonly recordings: Recordings
  /** What each program is to be written in now. */
  readonly languages: () => Readonly<Record<string, Language>>
}

/**
 * Which source a lab should have: recordings where nothing can run, or where its reader chose so. Where something has run
 * and the server is gone, what it did stays to be seen.
 */
export function sourceOf(view: LabView, recordings: Recordings, chosen: boolean): 'live' | 'recorded' {
  if (chosen) return 'recorded'
  if (Object.keys(recordings).length === 0) return 'live'
  const isFresh = Object.values(view.programs).every(({ state }) => state === 'ready')
  const alone = isRecorded(view) ? view.network === null : view.connection === 'unreachable' && isFresh
  return alone || whyNot(view) !== null ? 'recorded' : 'live'
}

export class Playback {
  readonly deck: Deck
  readonly #parts: PlaybackParts
  /** What the reader opened, until they go back. */
  #file: Extract<Loaded, { recording: unknown }> | null = null
  /** The reader wants a recording where something could run. */
  #chosen = false
  /** What is shown now, if it is recorded. */
  #shown: RecordingHeader | null = null
  /** The bench of what was told is gone, and the next one is another. */
  #ended = false
  #tape: Tape | null = null
  /** What was told before there was a tape to keep it. */
  #untaped: BenchEvent[] | null = null

  constructor(parts: PlaybackParts) {
    this.#parts = parts
    const recorded = new RecordedSource(() => this.#load(), clock)
    this.deck = new Deck(() => new LiveSource(parts.known.lab), recorded)
  }

  /** What would be played now; null where there is nothing. */
  get name(): RecordingName | null {
    if (this.#file) return { recorded: this.#file.recording.recorded, origin: 'file' }
    const recorded = this.#parts.recordings[this.#mixture]
    return recorded === undefined ? null : { recorded, origin: 'course' }
  }

  /** The mixtures of which the course has a recorded run. */
  get runs(): readonly string[] {
    return Object.keys(this.#parts.recordings)
  }

  /** Of which recorded run of the course a link can speak now, and whether it is the one that is shown; null for none. */
  linked(view: LabView): { readonly run: string; readonly isShown: boolean } | null {
    const { programs } = this.#parts.known
    const { recording } = view
    const run = recording ? mixtureOf(programs, recording.languages) : this.#mixture
    return this.runs.includes(run) ? { run, isShown: recording?.origin === 'course' } : null
  }

  /** The reader opened a file, or chose to see a recording where something could run. */
  get isChosen(): boolean {
    return this.#chosen
  }

  /** Takes note of what the lab is told, so that it can be saved. */
  hear(news: News): void {
    if (news.kind === 'event') this.#keep(news.event)
    if (news.kind === 'closed' || (news.kind === 'connection' && news.connection === 'ended')) this.#ended = true
    const another = news.kind === 'opened' && (news.instead || this.#ended)
    if (!another && news.kind !== 'recording' && news.kind !== 'turned') return
    this.#shown = news.kind === 'recording' ? news.recording : null
    this.#ended = false
    this.#tape?.clear()
    this.#untaped = null
  }

  /** Turns to the source that the lab should have, but takes no recording away that is shown. */
  settle(view: LabView): void {
    if (!view.recording) this.deck.turn(sourceOf(view, this.#parts.recordings, this.#chosen))
  }

  /** The reader wants the course's recording. */
  choose(): void {
    this.#chosen = true
    this.#file = null
    this.deck.clear()
    this.deck.turn('recorded')
  }

  /** The reader has seen enough of a file, or of a recording where something could run. */
  back(view: LabView): void {
    this.#chosen = false
    this.#file = null
    this.deck.clear()
    this.deck.turn(sourceOf(view, this.#parts.recordings, false))
  }

  /** Reads a file that the reader chose, which is played from now on. @returns why it is not. */
  async open(file: Blob): Promise<RecordingTrouble | null> {
    const { readFile } = await import('./shelf.ts')
    const loaded = await readFile(this.#parts.known, file)
    if ('kind' in loaded) return loaded
    this.#file = loaded
    this.#chosen = true
    this.deck.turn('recorded')
    return null
  }

  /** The latest run as a file, or why there is none. */
  async save(view: LabView): Promise<File | NoFile> {
    if (this.#tape === null) return 'nothing-to-save'
    const header = this.#shown ?? (await this.#headerOf(view))
    const text = this.#tape.write(header)
    if (text === 'nothing-to-save' || text === 'too-long-to-save') return text
    const { lab, programs } = this.#parts.known
    const name = ['both-ends', lab, mixtureOf(programs, header.languages), header.recorded.slice(0, 10)].join('_')
    return new File([text], `${name}.jsonl`, { type: 'application/jsonl' })
  }

  get #mixture(): string {
    return mixtureOf(this.#parts.known.programs, this.#parts.languages())
  }

  async #load(): Promise<Loaded> {
    if (this.#file) return this.#file
    const { fetchRecording } = await import('./shelf.ts')
    return fetchRecording(this.#parts.known, this.#mixture)
  }

  #keep(event: BenchEvent): void {
    if (this.#tape) this.#tape.take(event)
    else if (this.#untaped) this.#untaped.push(event)
    else {
      this.#untaped = [event]
      void this.#openTape()
    }
  }

  async #openTape(): Promise<void> {
    const { Tape } = await import('./tape.ts')
    this.#tape ??= new Tape()
    for (const event of this.#untaped?.splice(0) ?? []) this.#tape.take(event)
  }

  async #headerOf(view: LabView): Promise<RecordingHeader> {
    const health = await askHealth()
    return {
      lab: this.#parts.known.lab,
      languages: this.#parts.languages(),
      recorded: `${new Date().toISOString().slice(0, 19)}Z`,
      protocol: PROTOCOL,
      course: health?.version ?? '0',
      system: health
        ? `${systemName(health.system.platform)} ${/^\d+(\.\d+)?/.exec(health.system.release)?.[0] ?? ''}`.trim()
        : 'unknown',
      network: view.network === 'plain' ? 'plain' : 'own',
    }
  }
}
