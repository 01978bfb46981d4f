import type { Instrument } from '../../events.ts'
import type { ReportLine } from '../../instruments/line.ts'
import type { Observed, UpTo } from '../../instruments/observer.ts'
import { Packets } from '../../instruments/packets.ts'
import { tellNews, type WatchCommand } from '../../instruments/watching.ts'
import type { Network } from '../../network.ts'
import type { WireCommand } from './wire.ts'

/** A program is not held up for longer by what is to watch it, in ms. */
const READY_WITHIN = 5000

/** Whoever has not answered for so long does not work, in ms; a machine may be very busy. */
const ANSWERS_WITHIN = 20_000

/** Who looks at the tables is told at most this often that something has happened, in ms. */
const NUDGE_EVERY = 20

/** What the watcher inside a bench and its wires see is told to the bench's observer, until they end. */
export class Watching {
  /** Resolves when what programs do will be seen, or it is not waited for any longer. */
  readonly ready: Promise<void>
  readonly #watch: ReportLine<WatchCommand>
  readonly #wire: ReportLine<WireCommand> | null
  readonly #observed: Observed
  readonly #blind = new Set<Instrument>()
  #nudging: NodeJS.Timeout | true | undefined
  #nudgedAt = 0
  #closed = false

  /** @param wire the line to the program of the wires; null where there are none */
  constructor(
    watch: ReportLine<WatchCommand>,
    wire: ReportLine<WireCommand> | null,
    observed: Observed,
    wires: Network['wires'],
  ) {
    this.#watch = watch
    this.#wire = wire
    this.#observed = observed
    const { zero, frames, observer } = observed
    const packets = new Packets(observer, wires)
    wire?.listen(zero, (reports) => {
      packets.hear(reports)
      // Who looks at the tables hears loopback only.
      if (reports.some(({ kind }) => kind === 'frame')) this.nudge()
    })
    watch.listen(zero, (reports) => {
      packets.hear(reports)
      tellNews(reports, observed, (instrument, detail) => this.#tellBlind(instrument, detail))
    })
    this.renew()
    // What the wires have counted until now.
    ignore(wire?.command({ do: 'ask' }))
    if (frames === null) this.#tellBlind('packets', 'This lab keeps counters alone.')
    this.ready = within(watch.command({ do: 'open', capture: frames !== null }), READY_WITHIN).then(
      () => {},
      () => {},
    )
  }

  /** What the lab keeps of its frames is counted anew from now on. */
  renew(): void {
    const { frames, most } = this.#observed
    const inAll = Math.min(frames?.first ?? most.perRun, most.perRun)
    const keep = { do: 'keep', bytes: frames?.bytes ?? null, perSecond: most.perSecond, inAll } as const
    ignore(this.#wire?.command(keep))
    ignore(this.#watch.command(keep))
  }

  /** Something has happened that sockets show. */
  nudge(): void {
    this.#nudging ??= setTimeout(
      async () => {
        this.#nudging = true
        this.#nudgedAt = performance.now()
        await this.#watch.command({ do: 'look' }).catch(() => {})
        this.#nudging = undefined
      },
      Math.max(0, this.#nudgedAt + NUDGE_EVERY - performance.now()),
    )
  }

  /** Resolves when all that happened before was told; with the time up to which, for each instrument that works. */
  async ask(): Promise<UpTo> {
    const lines = [this.#watch, ...(this.#wire ? [this.#wire] : [])]
    const answers = await Promise.allSettled(lines.map((line) => within(line.command({ do: 'ask' }), ANSWERS_WITHIN)))
    const [watched] = answers
    const upTo = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    if (watched?.status === 'rejected' && watched.reason instanceof TooLate) this.ended(watched.reason.message)
    return {
      ...(!this.#blind.has('packets') && upTo.length === lines.length && { packets: Math.min(...upTo) }),
      ...(!this.#blind.has('sockets') && watched?.status === 'fulfilled' && { sockets: watched.value }),
    }
  }

  /** The watcher has ended, or was never there: loopback and sockets are not seen any more. */
  ended(detail: string): void {
    this.#watch.end()
    this.#tellBlind('packets', detail)
    this.#tellBlind('sockets', detail)
  }

  /** From now on nothing is told. */
  close(): void {
    this.#closed = true
    if (this.#nudging !== true) clearTimeout(this.#nudging)
  }

  #tellBlind(instrument: Instrument, detail: string): void {
    if (this.#closed || this.#blind.has(instrument)) return
    this.#blind.add(instrument)
    this.#observed.observer.tell({ kind: 'blind', instrument, detail })
  }
}

/** A command whose program has ended is of no consequence. */
function ignore(command: Promise<unknown> | undefined): void {
  command?.catch(() => {})
}

class TooLate extends Error {}

/** @throws {TooLate} when it takes longer. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new TooLate(`No answer within ${milliseconds / 1000} s.`)), milliseconds)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
