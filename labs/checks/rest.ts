/** Whether a run has come to rest: everything has ended, or nothing more happens by itself. Pure. */
import { type BenchEvent, INSTRUMENTS, type Instrument, isObserved, type SocketRow } from '../events.ts'
import { SHELL } from '../protocol.ts'
import { isView } from '../views.ts'

/** System calls that come back by themselves after a time; a program that waits in one of them is not at rest. */
const TIMED = ['poll', 'ppoll', 'select', 'pselect6', 'nanosleep', 'clock_nanosleep']

/** States of TCP in which the kernel waits for an answer and sends again when none comes. */
const UNANSWERED = ['SYN-SENT', 'SYN-RECEIVED', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK']

/** Follows the events of a bench. */
export class Rest {
  /** By the runs that have not ended: the program, and the system call that it waits in, or null. */
  readonly #alive = new Map<number, { readonly program: string; syscall: string | null }>()
  readonly #rows = new Map<string, SocketRow>()
  readonly #upTo = new Map<Instrument, number>()
  readonly #blind = new Map<Instrument, string>()
  /** When the last thing happened that instruments tell of. */
  #latest = 0
  /** Nothing has begun that instruments tell of, or all of it has been told. */
  #settled = true
  #begun = false

  take(event: BenchEvent): void {
    if (event.kind === 'upto') this.#upTo.set(event.instrument, event.upTo)
    else if (isObserved(event)) this.#latest = Math.max(this.#latest, event.t)
    switch (event.kind) {
      case 'starting':
        if (event.program.startsWith(SHELL)) return
        this.#begun = true
        // What looks at the machine is seen by no instrument.
        if (!isView(event.program)) this.#settled = false
        this.#alive.set(event.run, { program: event.program, syscall: null })
        return
      case 'exited':
      case 'failed':
        this.#alive.delete(event.run)
        return
      case 'waits': {
        const seat = this.#alive.get(event.run)
        if (seat) seat.syscall = event.syscall
        return
      }
      case 'sockets':
        if (event.whole)
          for (const key of this.#rows.keys()) if (key.startsWith(`${event.host} `)) this.#rows.delete(key)
        for (const row of event.rows) this.#rows.set(`${event.host} ${row.id}`, row)
        for (const id of event.gone) this.#rows.delete(`${event.host} ${id}`)
        return
      case 'blind':
        this.#blind.set(event.instrument, event.detail)
        return
      case 'settled':
        this.#settled = true
    }
  }

  /** The programs that have begun and not ended, in the order in which they began. */
  get running(): readonly string[] {
    return [...this.#alive.values()].map(({ program }) => program)
  }

  /** Instruments that do not work, with what the system said. */
  get blind(): ReadonlyMap<Instrument, string> {
    return this.#blind
  }

  /** Everything has ended and been told. */
  get isSettled(): boolean {
    return this.#begun && this.#settled && this.#alive.size === 0
  }

  /**
   * Programs run and wait, and without somebody from outside nothing more will happen; unless one of them has set itself a
   * time, which nobody tells of where a runtime waits for many things at once.
   */
  get isStill(): boolean {
    if (this.#alive.size === 0) return false
    const waits = [...this.#alive.values()].every(({ syscall }) => syscall !== null && !TIMED.includes(syscall))
    const answered = ![...this.#rows.values()].some(isUnanswered)
    return waits && answered && INSTRUMENTS.every((instrument) => this.#hasTold(instrument))
  }

  #hasTold(instrument: Instrument): boolean {
    return this.#blind.has(instrument) || (this.#upTo.get(instrument) ?? 0) >= this.#latest
  }
}

function isUnanswered({ protocol, state, sendQueue }: SocketRow): boolean {
  return protocol === 'tcp' && (UNANSWERED.includes(state) || (state !== 'LISTEN' && sendQueue > 0))
}
