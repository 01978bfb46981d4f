/** The way of a connection's two ends through the states of TCP. */
import type { Flow } from './flows.ts'
import type { Line } from './steps.ts'
import type { StateChange } from './story.ts'
import type { Tracks } from './tracks.ts'

/** Looks up which states the ends of a connection have gone through. */
export class StatesOf {
  readonly #line: Line
  readonly #tracks: Tracks
  readonly #flows: readonly Flow[]

  constructor(line: Line, tracks: Tracks, flows: readonly Flow[]) {
    this.#line = line
    this.#tracks = tracks
    this.#flows = flows
  }

  /** Up to a step. Null is the latest connection that has begun by then; before any, those who listen. */
  at(at: number, conversation: number | null): (StateChange & { at: number })[] {
    const flow = conversation === null ? this.#latest(at) : this.#flows[conversation]
    const ids = flow ? this.#socketsOf(flow) : null
    const found: (StateChange & { at: number })[] = []
    for (const step of this.#line.steps.slice(0, at)) {
      for (const change of step.states) {
        if (ids === null ? conversation === null && change.program !== null : ids.has(change.socket)) {
          found.push({ ...change, at: step.at })
        }
      }
    }
    return found
  }

  #latest(at: number): Flow | undefined {
    const begun = this.#flows.filter(
      ({ protocol, sent }) =>
        protocol === 'tcp' && (this.#line.packets[(sent[0]?.packet.number ?? 0) - 1] ?? at + 1) <= at,
    )
    return begun.findLast(({ ends }) => ends.some(({ program }) => program !== null)) ?? begun.at(-1)
  }

  #socketsOf(flow: Flow): Set<string> {
    const { ends } = flow
    const tracks = [
      this.#tracks.ofEnd(flow, 0),
      this.#tracks.ofEnd(flow, 1),
      ...ends.map(({ listener }) => this.#tracks.ofLife(listener)),
    ]
    return new Set(tracks.flatMap((track) => track?.id ?? []))
  }
}
