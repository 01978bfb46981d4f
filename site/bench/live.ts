import type { BenchEvent, Size } from '../../labs/events.ts'
import type { FaultsDefinition } from '../../labs/faults.ts'
import {
  decodeFrames,
  decodeOutput,
  type FromBench,
  MAX_FRAME,
  PROTOCOL,
  type RunRequest,
  type ToBench,
} from '../../labs/protocol.ts'
import type { Trouble } from '../../labs/troubles.ts'
import { type Invitation, invitation } from './invitation.ts'
import { Line, type LineParts } from './line.ts'
import { type BenchMemory, tabMemory } from './memory.ts'
import { Seats } from './seats.ts'
import type { BenchSource, Connection, News } from './source.ts'

/** The pauses before each try to connect again, in ms; the last one is used from then on. */
export const PAUSES = [0, 250, 500, 1000, 2000, 3000] as const

/** A bench that was never reached is given up after so many tries. */
export const FIRST_TRIES = 3

/** What a live source is made of; a test puts its own in. */
export interface Parts extends LineParts {
  readonly memory: BenchMemory
  readonly invitation: Invitation
}

type Opened = Extract<FromBench, { type: 'opened' }>

/** A bench reached over a WebSocket. Connects when it is first needed, and again by itself whenever it is cut off. */
export class LiveSource implements BenchSource {
  readonly #lab: string
  readonly #memory: BenchMemory
  readonly #invitation: Invitation
  readonly #line: Line
  readonly #listeners = new Set<(news: News) => void>()
  #connection: Connection = 'idle'
  /** Rises whenever what was begun before no longer counts. */
  #turn = 0
  #tries = 0
  /** The present line was up. */
  #wasUp = false
  /** A bench has answered since this source was last opened. */
  #reached = false
  /** The reader wants a bench, be it a new one; otherwise only one that this tab has already is returned to. */
  #wanted = false
  #cancelRetry = () => {}

  #bench: string | null = null
  /** Lets another tab have the bench; null while this tab does not hold it. */
  #release: (() => void) | null = null
  /** This page knows nothing yet of the bench it asks for. */
  #fresh = false
  #last = 0
  /** Events up to this number were told to an earlier page already. */
  #replayTo = 0
  /** Events up to this number are still to come before the present is reached; 0 when it is. */
  #behindTo = 0
  #seats = new Seats()

  /** The size each terminal has; outlives benches. */
  #sizes = new Map<string, Size>()
  #toRun = new Map<string, RunRequest>()
  #toStop = new Set<string>()
  /** What wires shall do, by wire and direction, where their chances begin, and what is to be held: asked for while there was no bench. */
  #toSet = new Map<string, ToBench>()

  constructor(lab: string, parts: Partial<Parts> = {}) {
    this.#lab = lab
    this.#memory = parts.memory ?? tabMemory(lab)
    this.#invitation = parts.invitation ?? invitation
    const listener = {
      onUp: () => this.#open(),
      onFrame: (data: string | ArrayBuffer) => this.#receive(data),
      onDown: () => this.#lost(),
    }
    this.#line = new Line(listener, parts)
  }

  open(): void {
    this.#wanted = true
    if (this.#connection === 'lost') this.retry()
    else this.#begin()
  }

  resume(): void {
    if (this.#connection === 'lost') this.retry()
    else if (this.#bench !== null || this.#memory.recall() !== null) this.#begin()
  }

  retry(): void {
    if (this.#connection === 'lost' && !this.#line.inUse) this.#dial()
  }

  run(programs: readonly RunRequest[]): void {
    const tooLarge = whyTooLarge(programs)
    if (tooLarge) {
      this.#tell({ kind: 'trouble', trouble: tooLarge })
      return
    }
    if (this.#connection === 'live') {
      this.#send({ type: 'run', programs: [...programs] })
      return
    }
    for (const request of programs) {
      this.#toRun.set(request.program, request)
      this.#toStop.delete(request.program)
    }
    this.open()
  }

  stop(programs: readonly string[]): void {
    this.#toRun.clear()
    if (this.#connection === 'live') this.#send({ type: 'stop', programs: [...programs] })
    else for (const program of programs) if (this.#seats.isAlive(program)) this.#toStop.add(program)
  }

  input(program: string, bytes: Uint8Array): void {
    if (!this.#seats.type(program, bytes)) {
      this.#tell({ kind: 'trouble', trouble: { kind: 'input-full', program, bytes: bytes.length } })
    }
    this.#sendInput()
  }

  resize(program: string, size: Size): void {
    this.#sizes.set(program, size)
    this.#sendSizes()
  }

  faults(wire: number, faults: FaultsDefinition): void {
    this.#set(`${wire} ${faults.from ?? ''}`, { type: 'faults', wire, faults: { ...faults } })
  }

  seed(seed: number): void {
    this.#set('seed', { type: 'seed', seed })
  }

  hold(program: string, on: boolean): void {
    this.#set(`hold ${program}`, { type: 'hold', program, on })
  }

  release(program: string): void {
    // What is held is so at a bench: without a connection nobody can see whether it still is.
    if (this.#connection === 'live') this.#send({ type: 'release', program })
  }

  ack(program: string, offset: number): void {
    this.#seats.parsed(program, offset)
    if (this.#connection === 'live') this.#send({ type: 'ack', program, offset })
  }

  leave(): void {
    this.#turn += 1
    this.#cancelRetry()
    if (this.#connection === 'live') this.#send({ type: 'leave' })
    this.#memory.leaving()
    this.#line.hangUp()
    this.#release?.()
    this.#release = null
    this.#toRun.clear()
    if (this.#connection !== 'ended') this.#say('idle')
  }

  onNews(listener: (news: News) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #begin(): void {
    if (this.#connection === 'connecting' || this.#connection === 'live') return
    this.#reached = false
    this.#tries = 0
    if (this.#bench === null) {
      this.#bench = this.#memory.recall()
      this.#fresh = this.#bench !== null
    }
    this.#say('connecting')
    this.#dial()
  }

  #dial(): void {
    this.#cancelRetry()
    this.#turn += 1
    void this.#connect(this.#turn)
  }

  /** Connects when the page has entered, and no other tab has the bench that is asked for. */
  async #connect(turn: number): Promise<void> {
    await this.#invitation.enter()
    if (turn !== this.#turn) return
    if (this.#bench !== null && this.#release === null) {
      const release = await this.#memory.claim(this.#bench)
      if (turn !== this.#turn) {
        release?.()
        return
      }
      this.#release = release
      if (release === null) return this.#belongsToAnother()
    }
    this.#line.dial()
  }

  #belongsToAnother(): void {
    if (!this.#fresh) {
      this.#tell({ kind: 'closed', ending: 'taken-over' })
      this.#end()
      return
    }
    this.#forget()
    if (this.#wanted) this.#line.dial()
    else this.#say('idle')
  }

  #open(): void {
    this.#wasUp = true
    const pass = this.#invitation.pass() ?? undefined
    const resume = this.#bench === null ? undefined : { bench: this.#bench, after: this.#last }
    this.#send({ type: 'open', protocol: PROTOCOL, lab: this.#lab, ...(pass && { pass }), ...(resume && { resume }) })
  }

  #lost(): void {
    if (this.#reached) this.#say('lost')
    if (this.#wasUp) this.#tryLater()
    else void this.#askWhy(this.#turn)
    this.#wasUp = false
  }

  /** Browsers do not tell a page whether it was refused or nobody is there. */
  async #askWhy(turn: number): Promise<void> {
    const isInvited = await this.#invitation.isInvited()
    if (turn !== this.#turn) return
    if (isInvited !== false) return this.#tryLater()
    this.#tell({ kind: 'trouble', trouble: { kind: 'not-invited' } })
    this.#end()
  }

  #tryLater(): void {
    if (!this.#reached && this.#tries + 1 >= FIRST_TRIES) {
      this.#toRun.clear()
      this.#say('unreachable')
      return
    }
    const pause = PAUSES[Math.min(this.#tries, PAUSES.length - 1)] ?? 0
    this.#tries += 1
    this.#cancelRetry = this.#line.clock.after(pause, () => this.#dial())
  }

  #receive(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') {
      const message = new Uint8Array(data)
      const event = decodeOutput(message, (run) => this.#seats.programOf(run))
      if (event) this.#hear(event)
      else for (const frame of decodeFrames(message) ?? []) this.#hear(frame)
      return
    }
    const message: FromBench = JSON.parse(data)
    switch (message.type) {
      case 'opened':
        this.#opened(message)
        return
      case 'events':
        for (const event of message.events) this.#hear(event)
        return
      case 'taken':
        this.#seats.taken(message.program, message.seq)
        this.#sendInput()
        return
      case 'beat':
        this.#caughtUp()
        return
      case 'trouble':
        this.#tell({ kind: 'trouble', trouble: message.trouble })
        // Before a bench is opened, a trouble is the reason why there will be none.
        if (this.#connection !== 'live') this.#end()
        return
      case 'closed':
        this.#tell({ kind: 'closed', ending: message.ending })
        this.#end()
        return
      default:
        message satisfies never
        throw new Error(`The bench sent an unknown message: ${data.slice(0, 200)}`)
    }
  }

  #opened(opened: Opened): void {
    if (opened.protocol !== PROTOCOL) {
      this.#tell({ kind: 'trouble', trouble: { kind: 'other-version', server: opened.protocol, page: PROTOCOL } })
      this.#end()
      return
    }
    const instead = this.#bench !== null && !opened.resumed
    if (!opened.resumed) this.#forget()
    if (this.#fresh) this.#replayTo = opened.last
    this.#seats.reopened(opened.taken, this.#fresh)
    this.#fresh = false
    this.#reached = true
    this.#tries = 0
    this.#behindTo = opened.last > this.#last ? opened.last : 0
    this.#own(opened.bench)
    const { folder, interpreters } = opened
    this.#connection = 'live'
    this.#tell({ kind: 'opened', instead, folder, interpreters })
    this.#tell({ kind: 'connection', connection: 'live' })
    this.#sayAgain()
    if (this.#behindTo === 0) this.#caughtUp()
  }

  #set(what: string, message: ToBench): void {
    if (this.#connection === 'live') {
      this.#send(message)
      return
    }
    this.#toSet.set(what, message)
    this.open()
  }

  /** What may have been lost with the last connection, or was asked for while there was none. */
  #sayAgain(): void {
    for (const ack of this.#seats.acks()) this.#send(ack)
    for (const message of this.#toSet.values()) this.#send(message)
    this.#toSet.clear()
    if (this.#toStop.size > 0) this.#send({ type: 'stop', programs: [...this.#toStop] })
    if (this.#toRun.size > 0) this.#send({ type: 'run', programs: [...this.#toRun.values()] })
    this.#toStop.clear()
    this.#toRun.clear()
  }

  #hear(event: BenchEvent): void {
    if (event.n <= this.#last) return
    this.#last = event.n
    this.#seats.follow(event, this.#behindTo > 0)
    this.#tell({ kind: 'event', event, replayed: event.n <= this.#replayTo })
    if (this.#behindTo > 0 && event.n >= this.#behindTo) this.#caughtUp()
    else if (event.kind === 'started') this.#sendSizes()
  }

  /** Everything that happened while this page was away has been told: what it has to say itself comes after that. */
  #caughtUp(): void {
    this.#behindTo = 0
    this.#sendSizes()
    this.#sendInput()
  }

  #sendInput(): void {
    if (!this.#isPresent()) return
    for (const frame of this.#seats.dueInput()) this.#line.send(frame)
  }

  #sendSizes(): void {
    if (!this.#isPresent()) return
    for (const size of this.#seats.dueSizes(this.#sizes)) this.#send(size)
  }

  /** Whether what this page knows of the programs is how they are now. */
  #isPresent(): boolean {
    return this.#connection === 'live' && this.#behindTo === 0
  }

  /** From now on this tab has the bench. */
  #own(bench: string): void {
    this.#memory.keep(bench)
    if (this.#bench === bench) return
    this.#bench = bench
    void this.#hold(bench)
  }

  /** Nobody else can want a bench that was made for this page, so nothing waits for this. */
  async #hold(bench: string): Promise<void> {
    const release = await this.#memory.claim(bench)
    if (this.#bench === bench && this.#release === null && this.#connection === 'live') this.#release = release
    else release?.()
  }

  #end(): void {
    this.#turn += 1
    this.#line.hangUp()
    this.#cancelRetry()
    this.#forget()
    this.#toRun.clear()
    this.#say('ended')
  }

  /** The bench is gone or belongs to another tab; numbers and offsets begin anew with the next one. */
  #forget(): void {
    this.#memory.forget()
    this.#release?.()
    this.#release = null
    this.#bench = null
    this.#fresh = false
    this.#last = 0
    this.#replayTo = 0
    this.#behindTo = 0
    this.#seats = new Seats()
    this.#toStop.clear()
  }

  #send(message: ToBench): void {
    this.#line.send(JSON.stringify(message))
  }

  #say(connection: Connection): void {
    if (this.#connection === connection) return
    this.#connection = connection
    this.#tell({ kind: 'connection', connection })
  }

  #tell(news: News): void {
    for (const listener of this.#listeners) listener(news)
  }
}

/** Programs whose texts fill more than one message would end the connection, so they are not sent. */
function whyTooLarge(programs: readonly RunRequest[]): Trouble | null {
  const over = sizeOf(JSON.stringify({ type: 'run', programs })) - MAX_FRAME
  if (over <= 0) return null
  const [{ program, source = '' } = {} as Partial<RunRequest>] = programs.toSorted(
    (a, b) => sizeOf(b.source) - sizeOf(a.source),
  )
  return program ? { kind: 'source-too-large', program, bytes: sizeOf(source), limit: sizeOf(source) - over } : null
}

function sizeOf(text = ''): number {
  return new TextEncoder().encode(text).length
}
