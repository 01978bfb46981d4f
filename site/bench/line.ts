import { BEAT, BENCH_PATH } from '../../labs/protocol.ts'

/** The part of a WebSocket that is used. */
export type Socket = Pick<WebSocket, 'binaryType' | 'onopen' | 'onmessage' | 'onclose' | 'send' | 'close'>

/** Time, in ms. `after` returns its undo. */
export interface Clock {
  now(): number
  after(ms: number, then: () => void): () => void
}

/** What a line is made of; a test puts its own in. */
export interface LineParts {
  readonly connect: () => Socket
  readonly clock: Clock
}

/** Who is at this end of a line. */
export interface Listener {
  onUp(): void
  onFrame(data: string | ArrayBuffer): void
  /** Told once for each `dial` whose line was not hung up from this end. */
  onDown(): void
}

/** One connection at a time. A line that is silent for too long, or never opens, counts as down. */
export class Line {
  readonly #parts: LineParts
  readonly #listener: Listener
  #socket: Socket | null = null
  #heardAt = 0
  #cancelWatch = () => {}

  constructor(listener: Listener, parts: Partial<LineParts>) {
    this.#listener = listener
    this.#parts = { connect, clock, ...parts }
  }

  get clock(): Clock {
    return this.#parts.clock
  }

  /** Whether there is a connection, or one is being made. */
  get inUse(): boolean {
    return this.#socket !== null
  }

  dial(): void {
    this.hangUp()
    let socket: Socket
    try {
      socket = this.#parts.connect()
    } catch {
      // A policy of the page may forbid it.
      this.#listener.onDown()
      return
    }
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => this.#listener.onUp()
    socket.onclose = () => this.#down()
    socket.onmessage = ({ data }) => {
      this.#heardAt = this.clock.now()
      this.#listener.onFrame(data)
    }
    this.#heardAt = this.clock.now()
    this.#watch()
  }

  /** Sends, or does nothing when there is no line: what matters is said again after the next opening. */
  send(frame: string | Uint8Array<ArrayBuffer>): void {
    this.#socket?.send(frame)
  }

  hangUp(): void {
    this.#cancelWatch()
    const socket = this.#socket
    this.#socket = null
    if (socket === null) return
    socket.onopen = null
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }

  #watch(): void {
    const silent = this.clock.now() - this.#heardAt
    if (silent >= BEAT.missing) this.#down()
    else this.#cancelWatch = this.clock.after(BEAT.missing - silent, () => this.#watch())
  }

  #down(): void {
    this.hangUp()
    this.#listener.onDown()
  }
}

/** The browser's own. */
export const clock: Clock = {
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}

function connect(): Socket {
  return new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${BENCH_PATH}`)
}
