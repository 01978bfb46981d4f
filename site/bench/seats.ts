import type { BenchEvent, Size } from '../../labs/events.ts'
import { encodeInput, type ToBench } from '../../labs/protocol.ts'
import { InputQueue } from './input-queue.ts'

/**
 * A page that returns to a bench it knows nothing of numbers its input from here above the last number known to be
 * taken. More than an earlier page can have had on its way, so that no number is used twice.
 */
const FRESH_NUMBERS = 2 ** 20

/** What is kept for one program as long as its bench is there. */
interface Seat {
  run: number
  alive: boolean
  readonly input: InputQueue
  /** All output before this offset has been parsed; null before the first. */
  parsed: number | null
  /** The size its present run was told; null when that is not known. */
  told: Size | null
}

/** What a page still has to say to the programs of one bench: input, sizes, acknowledgements. Pure: it sends nothing. */
export class Seats {
  readonly #seats = new Map<string, Seat>()
  readonly #programs = new Map<number, string>()
  #lastNumber = 0

  programOf(run: number): string | undefined {
    return this.#programs.get(run)
  }

  isAlive(program: string): boolean {
    return this.#seats.get(program)?.alive === true
  }

  /** Takes note of who runs. `past`: it is told of a time in which the program may have been given other sizes since. */
  follow(event: BenchEvent, past: boolean): void {
    if (!('run' in event) || event.kind === 'output') return
    const { kind, program, run } = event
    this.#programs.set(run, program)
    const seat = this.#seat(program)
    if (kind === 'starting') {
      const { columns, rows } = event
      seat.run = run
      seat.alive = true
      seat.told = past ? null : { columns, rows }
    } else if (kind === 'exited' || kind === 'failed') {
      seat.input.drop(run)
      if (seat.run === run) seat.alive = false
    }
  }

  /** Keeps input for the present run of a program; without one it is dropped. False when it would be too much. */
  type(program: string, bytes: Uint8Array): boolean {
    const seat = this.#seats.get(program)
    return !seat?.alive || seat.input.add(seat.run, bytes)
  }

  /** Frames of input that are to be sent now. */
  *dueInput(): Generator<Uint8Array<ArrayBuffer>> {
    for (const { input } of this.#seats.values()) {
      for (let piece = input.next(this.#number); piece; piece = input.next(this.#number)) {
        yield encodeInput(piece.run, piece.seq, piece.bytes)
      }
    }
  }

  /** All input for the program up to this number has reached it or was refused. */
  taken(program: string, seq: number): void {
    this.#seats.get(program)?.input.taken(seq)
  }

  /** Sizes that running programs are to be told now, out of those their terminals have. */
  *dueSizes(sizes: ReadonlyMap<string, Size>): Generator<ToBench> {
    for (const [program, size] of sizes) {
      const seat = this.#seats.get(program)
      if (!seat?.alive || (seat.told?.columns === size.columns && seat.told.rows === size.rows)) continue
      seat.told = size
      yield { type: 'resize', program, ...size }
    }
  }

  /** Output before this offset is parsed. */
  parsed(program: string, offset: number): void {
    this.#seat(program).parsed = offset
  }

  /** Every acknowledgement once more; a later one stands for all before it. */
  *acks(): Generator<ToBench> {
    for (const [program, { parsed }] of this.#seats) {
      if (parsed !== null) yield { type: 'ack', program, offset: parsed }
    }
  }

  /** The bench is there again, after a connection was lost or, if `fresh`, for a page that knows nothing of it. */
  reopened(taken: Readonly<Record<string, number>>, fresh: boolean): void {
    if (fresh) this.#lastNumber = Math.max(0, ...Object.values(taken)) + FRESH_NUMBERS
    for (const [program, seat] of this.#seats) {
      seat.told = null
      seat.input.rewind()
      seat.input.taken(taken[program] ?? 0)
    }
  }

  #seat(program: string): Seat {
    const seat = this.#seats.get(program) ?? { run: 0, alive: false, input: new InputQueue(), parsed: null, told: null }
    this.#seats.set(program, seat)
    return seat
  }

  readonly #number = (): number => {
    this.#lastNumber += 1
    return this.#lastNumber
  }
}
