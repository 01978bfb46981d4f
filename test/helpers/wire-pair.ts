import type { Socket } from '../../site/bench/line.ts'

/** The bench's end of a wire. */
export interface FarEnd {
  onMessage: (data: string | Uint8Array) => void
  onClose: () => void
  send(data: string | Uint8Array): void
}

/**
 * Two ends joined in memory, as page and bench are by a WebSocket: what is sent arrives later, in order, or never when
 * the wire is cut.
 */
export class WirePair {
  readonly page: Socket
  readonly far: FarEnd
  /** Frames that arrive before the wire is cut by itself; for cuts in the middle of something. */
  lasts = Number.POSITIVE_INFINITY
  #open = true

  constructor() {
    const page: Socket = {
      binaryType: 'blob',
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (data) => this.#later(() => this.far.onMessage(typeof data === 'string' ? data : bytesOf(data))),
      close: () => this.cut(),
    }
    this.page = page
    this.far = {
      onMessage: () => {},
      onClose: () => {},
      send: (data) => {
        const copy = typeof data === 'string' ? data : data.slice().buffer
        this.#later(() => page.onmessage?.call(page as WebSocket, { data: copy } as MessageEvent))
      },
    }
    queueMicrotask(() => this.#open && page.onopen?.call(page as WebSocket, new Event('open')))
  }

  /** Ends the wire; what is on its way is lost. */
  cut(): void {
    if (!this.#open) return
    this.#open = false
    queueMicrotask(() => {
      this.far.onClose()
      this.page.onclose?.call(this.page as WebSocket, new Event('close') as CloseEvent)
    })
  }

  #later(arrive: () => void): void {
    queueMicrotask(() => {
      if (!this.#open) return
      if (this.lasts <= 0) {
        this.cut()
        return
      }
      this.lasts -= 1
      arrive()
    })
  }
}

function bytesOf(data: ArrayBufferLike | Blob | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(data)) throw new Error('Only text and views of bytes are sent.')
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
}
