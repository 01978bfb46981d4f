/** All that one run of a lab gives a task to go by: its story, and what a story leaves out. Pure. */

import { type BenchEvent, INSTRUMENTS, type Instrument } from '../events.ts'
import type { Lab } from '../lab.ts'
import type { Story } from './story.ts'
import { wiresOf } from './wires.ts'

/** A piece of what a program printed, as text. `t` is when it was read from the terminal, some time after it was printed. */
export interface Printed {
  readonly t: number
  readonly text: string
}

/** What one program printed in this run of the lab, whatever its own runs were. */
export interface Output {
  readonly pieces: readonly Printed[]
  /** Something in its middle was let go: what is not found in it may have been there. */
  readonly cut: boolean
}

/** Bytes of a packet that the reader marked; the offsets are from the frame's first byte, both included. */
export interface Marked {
  readonly packet: number
  readonly first: number
  readonly last: number
}

/** The evidence of one run. A task asks it by the functions of `facts.ts`. */
export interface RunEvidence {
  readonly lab: Lab
  readonly story: Story
  /** Whether it was run now, or is what a recording tells. */
  readonly source: 'live' | 'recorded'
  /** Made afresh for this run and given to its programs as `TOKEN`; null where nobody told one. */
  readonly token: string | null
  /** By program. */
  readonly outputs: ReadonlyMap<string, Output>
  /** By host and name: how much a counter of its kernel has risen in this run. */
  readonly counters: ReadonlyMap<string, Readonly<Record<string, number>>>
  /** Up to when each instrument has told everything. */
  readonly upTo: Readonly<Record<Instrument, number>>
  readonly marked: Marked | null
}

/** So much is kept of what a program prints, in characters: half from the beginning, half of the latest. */
export const KEPT_OUTPUT = 256 * 1024

/** Keeps what a run's story leaves out. A run begins when a program of the lab is started while none was running. */
export class Hearing {
  readonly #lab: Lab
  readonly #alive = new Set<number>()
  #token: string | null = null
  #begins: number | null = null
  #prints = new Map<string, Prints>()
  /** What counters stand at since the bench was opened, and stood at when the run began. */
  #counters = new Map<string, Record<string, number>>()
  #before = new Map<string, Readonly<Record<string, number>>>()
  #upTo: Record<Instrument, number> = { packets: 0, sockets: 0, calls: 0 }

  constructor(lab: Lab) {
    this.#lab = lab
  }

  /** The number of the program's run with which the present run of the lab began; null before the first. */
  get begins(): number | null {
    return this.#begins
  }

  /** The bench is another one. */
  restart(): void {
    this.#alive.clear()
    this.#counters.clear()
    this.#begin()
    this.#begins = null
  }

  /** Takes an event of the bench; those that only a story tells of change nothing here. */
  hear(event: BenchEvent): void {
    switch (event.kind) {
      case 'starting':
        if (!this.#lab.programs.some(({ name }) => name === event.program)) return
        if (this.#alive.size === 0) {
          this.#begin()
          this.#begins = event.run
        }
        this.#alive.add(event.run)
        this.#token = event.token ?? this.#token
        return
      case 'exited':
      case 'failed':
        this.#alive.delete(event.run)
        return
      case 'output':
        this.#printsOf(event.program).add(event.t, event.bytes)
        return
      case 'gap':
        this.#printsOf(event.program).cut = true
        return
      case 'counters':
        this.#counters.set(event.host, { ...this.#counters.get(event.host), ...event.counters })
        return
      case 'upto':
        this.#upTo[event.instrument] = Math.max(this.#upTo[event.instrument], event.upTo)
    }
  }

  /** The evidence of the run that a story tells; `marked` and `source` are the page's to say. */
  evidence(story: Story, source: RunEvidence['source'], marked: Marked | null): RunEvidence {
    const outputs = new Map([...this.#prints].map(([name, prints]) => [name, prints.output]))
    const counters = new Map(
      [...this.#counters].map(([host, now]) => {
        const before = this.#before.get(host) ?? {}
        return [host, Object.fromEntries(Object.entries(now).map(([name, n]) => [name, n - (before[name] ?? 0)]))]
      }),
    )
    return { lab: this.#lab, story, source, token: this.#token, outputs, counters, upTo: { ...this.#upTo }, marked }
  }

  #begin(): void {
    this.#token = null
    this.#prints = new Map()
    this.#before = new Map([...this.#counters].map(([host, now]) => [host, { ...now }]))
    this.#upTo = { packets: 0, sockets: 0, calls: 0 }
  }

  #printsOf(program: string): Prints {
    const prints = this.#prints.get(program) ?? new Prints()
    this.#prints.set(program, prints)
    return prints
  }
}

/** What one program prints, within bounds. */
class Prints {
  readonly #first: Printed[] = []
  #latest: Printed[] = []
  #length = 0
  #tail = 0
  readonly #decoder = new TextDecoder()
  cut = false

  add(t: number, bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true }).replaceAll('\r\n', '\n')
    if (text === '') return
    if (this.#length < KEPT_OUTPUT / 2) {
      this.#length += text.length
      this.#first.push({ t, text })
      return
    }
    this.#latest.push({ t, text })
    this.#tail += text.length
    while (this.#latest.length > 1 && this.#tail - (this.#latest[0]?.text.length ?? 0) > KEPT_OUTPUT / 2) {
      this.#tail -= this.#latest.shift()?.text.length ?? 0
      this.cut = true
    }
  }

  get output(): Output {
    return { pieces: [...this.#first, ...this.#latest], cut: this.cut }
  }
}

/** The evidence of a lab that was not run yet. */
export function noEvidence(lab: Lab): RunEvidence {
  const story: Story = {
    run: 0,
    settled: false,
    acts: [],
    calls: [],
    packets: [],
    conversations: [],
    wires: wiresOf(lab),
    steps: [],
    blind: [],
    socketsAt: () => [],
    doingAt: () => ({ state: 'not-started', call: null, line: null, armed: [] }),
    linesAt: () => [],
    statesAt: () => [],
  }
  return new Hearing(lab).evidence(story, 'live', null)
}

/** Whether this run can bring nothing more that concerns a program which has ended: all was told that came before. */
export function toldUpTo({ story, upTo }: RunEvidence, t: number): boolean {
  return story.settled || INSTRUMENTS.every((one) => upTo[one] >= t || story.blind.some((no) => no.instrument === one))
}
