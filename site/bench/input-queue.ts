import { MAX_INPUT } from '../../labs/protocol.ts'

/** The most input that is on its way to one program and not yet taken, in bytes. */
export const WINDOW = 128 * 1024

/** The most input that is kept for one program, in bytes; a page does not hoard what nobody reads. */
export const MAX_KEPT = 8 * 1024 * 1024

interface Piece {
  readonly run: number
  readonly bytes: Uint8Array
  /** Given when it is first sent, and kept when it is sent again. */
  seq: number | null
}

/** A piece that is to be sent now. */
export interface Numbered {
  readonly run: number
  readonly seq: number
  readonly bytes: Uint8Array
}

/** What was typed into one program and has not reached it yet. Pure: it does not send, it says what to send. */
export class InputQueue {
  /** In the order typed. The first `#sent` of them, `#onWay` bytes, are on their way. */
  #pieces: Piece[] = []
  #sent = 0
  #onWay = 0
  #kept = 0

  /** Keeps input, cut into pieces. False, and keeps nothing, when it would be too much. */
  add(run: number, bytes: Uint8Array): boolean {
    if (this.#kept + bytes.length > MAX_KEPT) return false
    this.#kept += bytes.length
    for (let at = 0; at < bytes.length; at += MAX_INPUT) {
      this.#pieces.push({ run, bytes: bytes.subarray(at, at + MAX_INPUT), seq: null })
    }
    return true
  }

  /** The next piece to send, or null when none waits or enough is on its way. `number` gives a number never used. */
  next(number: () => number): Numbered | null {
    const piece = this.#pieces[this.#sent]
    if (piece === undefined || this.#onWay + piece.bytes.length > WINDOW) return null
    this.#sent += 1
    this.#onWay += piece.bytes.length
    piece.seq ??= number()
    return { run: piece.run, seq: piece.seq, bytes: piece.bytes }
  }

  /** Input up to this number has reached the program or was refused. */
  taken(seq: number): void {
    this.#keep((piece) => piece.seq === null || piece.seq > seq)
  }

  /** The run has ended; nothing of its input is sent any more. */
  drop(run: number): void {
    this.#keep((piece) => piece.run !== run)
  }

  /** The connection was lost: what was on its way is to be sent again, under its old numbers. */
  rewind(): void {
    this.#sent = 0
    this.#onWay = 0
  }

  #keep(wanted: (piece: Piece) => boolean): void {
    const onWay = this.#pieces.slice(0, this.#sent).filter(wanted)
    this.#sent = onWay.length
    this.#onWay = size(onWay)
    this.#pieces = this.#pieces.filter(wanted)
    this.#kept = size(this.#pieces)
  }
}

function size(pieces: readonly Piece[]): number {
  return pieces.reduce((bytes, piece) => bytes + piece.bytes.length, 0)
}
