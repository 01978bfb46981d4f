import { once } from 'node:events'
import { WebSocket } from 'ws'
import {
  BENCH_PATH,
  decodeOutput,
  encodeInput,
  type FromBench,
  PROTOCOL,
  type ToBench,
} from '../../../labs/protocol.ts'
import { enter, knowKey, type Reader } from '../../helpers/readers.ts'
import type { ProgramName, Wanted } from '../programs.ts'
import type { Hear, Line, Way } from './way.ts'

/** A page of the course's own that keeps nothing: output is handed on, and acknowledged when it has been dealt with. */
class Page {
  readonly #socket: WebSocket
  readonly #pass: string
  readonly #opened = Promise.withResolvers<void>()
  readonly #exited = Promise.withResolvers<void>()
  #hear: Hear = () => {}
  #program = ''
  #run = 0
  #sequence = 0

  private constructor(socket: WebSocket, pass: string) {
    this.#socket = socket
    this.#pass = pass
    this.#opened.promise.catch(() => {})
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.#hearOutput(data as Buffer)
      else this.#hearControl(JSON.parse(data.toString()))
    })
    socket.on('close', () => {
      this.#opened.reject(new Error('The connection was closed before a bench was opened.'))
      this.#exited.resolve()
    })
  }

  static async connect(port: number, { cookie, pass }: Reader): Promise<Page> {
    const options = { origin: `http://127.0.0.1:${port}`, perMessageDeflate: false, headers: { Cookie: cookie } }
    const page = new Page(new WebSocket(`ws://127.0.0.1:${port}${BENCH_PATH}`, options), pass)
    await once(page.#socket, 'open')
    return page
  }

  async open(lab: ProgramName): Promise<void> {
    this.#say({ type: 'open', protocol: PROTOCOL, lab, pass: this.#pass })
    await this.#opened.promise
  }

  run({ program, language }: Wanted, hear: Hear): Line {
    this.#hear = hear
    this.#program = language === 'sh' ? 'shell@here' : program
    this.#say({ type: 'run', programs: [{ program: this.#program, language, columns: 80, rows: 24 }] })
    return {
      type: (text) => {
        this.#sequence += 1
        this.#socket.send(encodeInput(this.#run, this.#sequence, Buffer.from(text)))
      },
      pause: () => this.#socket.pause(),
      close: () => this.close(),
    }
  }

  /** Stops what runs here, and leaves. */
  async close(): Promise<void> {
    this.#socket.resume()
    this.#hear = (_, done) => done()
    if (this.#run > 0) {
      this.#say({ type: 'stop', programs: [this.#program] })
      await this.#exited.promise
    }
    this.#say({ type: 'leave' })
    const closed = once(this.#socket, 'close')
    this.#socket.close()
    await closed
  }

  #say(message: ToBench): void {
    this.#socket.send(JSON.stringify(message))
  }

  #hearControl(message: FromBench): void {
    if (message.type === 'opened') this.#opened.resolve()
    if (message.type === 'trouble') throw new Error(`The server says: ${JSON.stringify(message.trouble)}`)
    if (message.type !== 'events') return
    for (const event of message.events) {
      if (event.kind === 'starting') this.#run = event.run
      if (event.kind === 'failed' || event.kind === 'notice')
        throw new Error(`The bench says: ${JSON.stringify(event)}`)
      if (event.kind === 'exited') {
        this.#run = 0
        this.#exited.resolve()
      }
    }
  }

  #hearOutput(frame: Buffer): void {
    const event = decodeOutput(frame, () => this.#program)
    if (event === null) throw new Error('A binary frame that is no output.')
    const { program, offset, bytes } = event
    this.#hear(bytes, () => this.#say({ type: 'ack', program, offset: offset + bytes.length }))
  }
}

/** Pages of the course's server, each with a bench of its own. Whoever measures has entered before. */
export async function benchWay(port: number, key: string): Promise<Way> {
  knowKey(port, key)
  const reader = await enter(port)
  const open = async (lab: ProgramName) => {
    const page = await Page.connect(port, reader)
    await page.open(lab)
    return page
  }
  return {
    open: async (wanted, hear) => (await open(wanted.program)).run(wanted, hear),
    async useReserve() {
      const pages = [await open('hello'), await open('hello')]
      for (const page of pages) void page.close()
    },
  }
}
