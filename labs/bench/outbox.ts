import { type ControlEvent, type Happening, type Instrument, isObserved, type Observation } from '../events.ts'
import type { SeenFrame } from '../instruments/observer.ts'
import { encodeFrames, encodeOutput, FLOW } from '../protocol.ts'
import type { Clock } from './clock.ts'
import { type Due, Kept, type Receiver } from './kept.ts'

export type { Receiver } from './kept.ts'

/** What is kept of a program's acknowledged output, for a page that comes back having lost everything. */
const KEEP = { bytes: 64 * 1024, frames: 1024 } as const

/** How many control events are kept. */
const KEEP_CONTROL = 4096

/** How much is kept of the texts of edited programs, in characters: of the latest. Of earlier runs is known that they were. */
const KEEP_TEXTS = 1024 ** 2

/** Output is gathered only while more than `busy` bytes came within `window` ms; then for `wait` ms or up to `full`. */
const GATHER = { busy: 8 * 1024, window: 5, wait: 4, full: 62 * 1024 } as const

/**
 * What instruments see is gathered for `wait` ms, about half of a screen's frame, or up to so many events: a page spends more
 * on a message than on the call that is told in it.
 */
const GATHER_SEEN = { wait: 8, full: 256 } as const

/**
 * A page that is so many frames behind gets no small ones until it has caught up: a frame of one byte costs some
 * hundred, so bytes alone would not bound the memory of a program that prints letter by letter.
 */
const MAX_BEHIND = 256

/** So many gathered pieces are made one, for the same reason. */
const MAX_PIECES = 64

/**
 * A page for which so many shares of observations wait, because it does not read, is told no more frames and calls until
 * a fourth of that is left. More than all that is kept, which a page that comes back is told at once.
 */
const MOST_WAITING = 4

/** How often is looked whether a page reads again, in ms. */
const LOOK_AGAIN = 100

/** Observations that no page will be told. */
interface LetGo {
  count: number
  since: number
  until: number
}

interface Frame {
  readonly n: number
  readonly t: number
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
}

/** The output of one program: what is kept, what is gathered, and how far the page has come. */
interface Channel {
  readonly program: string
  readonly hold: (held: boolean) => void
  run: number
  frames: Frame[]
  /** How many of the frames the page has parsed. */
  parsed: number
  gathered: Uint8Array[]
  gatheredBytes: number
  gatheredAt: number
  timer: NodeJS.Timeout | undefined
  recent: { since: number; bytes: number }
  written: number
  acknowledged: number
  held: boolean
  /** Output before `to` was let go; event `n` was the last of it and happened at `t`. */
  gap: { n: number; t: number; to: number } | null
}

/**
 * The stream of one bench: gives every event its number, keeps what a returning page may need, and holds a program
 * whose output the page has not yet parsed. Its memory is bounded: per program by `FLOW.high` and `KEEP`, for
 * observations by a share of their own.
 */
export class Outbox {
  readonly #clock: Clock
  readonly #channels = new Map<string, Channel>()
  readonly #kept: Kept
  readonly #mostWaiting: number
  #control: ControlEvent[] = []
  #frames: SeenFrame[] = []
  #framesBytes = 0
  #seen: Seen[] = []
  #seenTimer: NodeJS.Timeout | undefined
  readonly #letGoNow = new Map<Instrument, LetGo>()
  #letGoTimer: NodeJS.Timeout | undefined
  #isPageBehind = false
  #last = 0
  #receiver: Receiver | null = null

  /** @param share what is kept of observations, in bytes */
  constructor(clock: Clock, share: number) {
    this.#clock = clock
    this.#kept = new Kept(share)
    this.#mostWaiting = MOST_WAITING * share
  }

  /** The number of the last event that was told. */
  get last(): number {
    return this.#last
  }

  /** Names a program that will have output; `hold` is called to hold it and to let it go on. */
  open(program: string, hold: (held: boolean) => void): void {
    this.#channels.set(program, {
      program,
      hold,
      run: 0,
      frames: [],
      parsed: 0,
      gathered: [],
      gatheredBytes: 0,
      gatheredAt: 0,
      timer: undefined,
      recent: { since: 0, bytes: 0 },
      written: 0,
      acknowledged: 0,
      held: false,
      gap: null,
    })
  }

  /**
   * Writes an event down and tells it, what instruments see some ms later. All that came before is told before, but for calls
   * between frames: both have the time at which they happened.
   * @param t when it happened, by an observer's own time; now, when nothing is said
   */
  write(happening: Happening, t = this.#clock()): void {
    if (isCall(happening) && this.#lookWhetherBehind()) {
      this.#letGoOf('calls', 1, t, t)
      return
    }
    if (isGathered(happening)) {
      this.#seen.push({ t, observation: happening })
      if (this.#seen.length >= GATHER_SEEN.full) this.#flushAll()
      else this.#flushSoon()
      return
    }
    this.#flushAll()
    this.#last += 1
    const event = { n: this.#last, t, ...happening }
    this.#control.push(event)
    if (event.kind === 'starting' && event.edited) this.#letGoOfTexts()
    if (this.#control.length > 2 * KEEP_CONTROL) this.#control = this.#control.slice(-KEEP_CONTROL)
    this.#receiver?.tell({ type: 'events', events: [event] })
  }

  /** Takes frames that an instrument has seen; they are gathered for some ms. */
  frames(frames: readonly SeenFrame[]): void {
    if (this.#lookWhetherBehind()) {
      const times = frames.map(({ t }) => t)
      this.#letGoOf('packets', frames.length, Math.min(...times), Math.max(...times))
      return
    }
    for (const frame of frames) {
      this.#frames.push(frame)
      this.#framesBytes += frame.bytes.length
      if (this.#framesBytes >= GATHER.full) this.#flushAll()
    }
    if (this.#frames.length > 0) this.#flushSoon()
  }

  /** Takes what a run of a program has just printed. The bytes belong to the outbox from now on. */
  output(program: string, run: number, bytes: Uint8Array): void {
    const channel = this.#channel(program)
    const t = this.#clock()
    if (channel.run !== run) this.#flush(channel)
    channel.run = run
    if (channel.gathered.length === 0) channel.gatheredAt = t
    channel.gathered.push(bytes)
    if (channel.gathered.length > MAX_PIECES) channel.gathered = [Buffer.concat(channel.gathered)]
    channel.gatheredBytes += bytes.length
    channel.written += bytes.length
    if (!channel.held && channel.written - channel.acknowledged >= FLOW.high) {
      channel.held = true
      channel.hold(true)
    }
    const { recent } = channel
    if (t - recent.since > GATHER.window * 1e6) {
      recent.since = t
      recent.bytes = 0
    }
    recent.bytes += bytes.length
    if (channel.gatheredBytes >= GATHER.full || channel.held) this.#flush(channel)
    else if (isBehind(channel)) return
    else if (recent.bytes <= GATHER.busy) this.#flush(channel)
    else channel.timer ??= setTimeout(() => this.#flush(channel), GATHER.wait)
  }

  /** The page has parsed all output of the program before this offset. Offsets beyond what was told are not believed. */
  acknowledge(program: string, offset: number): void {
    const channel = this.#channel(program)
    channel.acknowledged = Math.max(channel.acknowledged, Math.min(offset, channel.written))
    const wasBehind = isBehind(channel)
    while (isParsed(channel.frames[channel.parsed], channel.acknowledged)) channel.parsed += 1
    this.#letGo(channel)
    if (wasBehind && !isBehind(channel)) this.#flush(channel)
    if (channel.held && channel.written - channel.acknowledged <= FLOW.low) {
      channel.held = false
      channel.hold(false)
    }
  }

  /** Whether the program is held now; a new run begins held when the run before left too much unparsed. */
  isHeld(program: string): boolean {
    return this.#channel(program).held
  }

  /** Tells this receiver everything after event `after` that is still kept, gaps announced, and from now on all else. */
  attach(receiver: Receiver, after: number): void {
    this.#flushAll()
    const due: Due[] = this.#kept.due(after)
    const dueEvent = (event: ControlEvent) => {
      if (event.n > after) due.push({ n: event.n, tell: () => receiver.tell({ type: 'events', events: [event] }) })
    }
    for (const event of this.#control) dueEvent(event)
    for (const { program, frames, gap } of this.#channels.values()) {
      for (const { n, bytes } of frames) if (n > after) due.push({ n, tell: () => receiver.output(bytes) })
      if (gap) dueEvent({ n: gap.n, t: gap.t, kind: 'gap', program, from: 0, to: gap.to })
    }
    due.sort((a, b) => a.n - b.n)
    for (const { tell } of due) tell(receiver)
    this.#receiver = receiver
    this.#lookWhetherBehind()
  }

  /** From now on nobody is told. Programs are held as before, when `FLOW.high` bytes wait for a page. */
  detach(): void {
    this.#receiver = null
    this.#lookWhetherBehind()
  }

  /** Forgets what it still had to tell. */
  close(): void {
    clearTimeout(this.#seenTimer)
    clearTimeout(this.#letGoTimer)
    for (const { timer } of this.#channels.values()) clearTimeout(timer)
  }

  /** Of texts of edited programs the latest are kept. */
  #letGoOfTexts(): void {
    let size = 0
    for (const [index, event] of [...this.#control.entries()].reverse()) {
      if (event.kind !== 'starting' || !event.edited?.text) continue
      size += event.edited.text.length
      if (size > KEEP_TEXTS) this.#control[index] = { ...event, edited: { text: null } }
    }
  }

  #channel(program: string): Channel {
    const channel = this.#channels.get(program)
    if (channel === undefined) throw new Error(`No program \`${program}\` was opened in this outbox.`)
    return channel
  }

  #flushSoon(): void {
    this.#seenTimer ??= setTimeout(() => this.#flushAll(), GATHER_SEEN.wait)
  }

  /** Tells everything that is gathered: calls before the frames they sent, and last how far an instrument has seen. */
  #flushAll(): void {
    clearTimeout(this.#seenTimer)
    this.#seenTimer = undefined
    for (const channel of this.#channels.values()) this.#flush(channel)
    const seen = this.#seen
    this.#seen = []
    this.#tell(seen.filter(({ observation }) => observation.kind !== 'upto'))
    this.#flushFrames()
    this.#tell(seen.filter(({ observation }) => observation.kind === 'upto'))
  }

  #tell(seen: readonly Seen[]): void {
    if (seen.length === 0) return
    const events = seen.map(({ t, observation }, index) => ({ n: this.#last + 1 + index, t, ...observation }))
    this.#last += events.length
    for (const event of events) this.#kept.keep(event)
    this.#receiver?.tell({ type: 'events', events })
  }

  #flushFrames(): void {
    if (this.#frames.length === 0) return
    const first = this.#last + 1
    const events = this.#frames.map((frame, index) => ({ kind: 'frame' as const, n: first + index, ...frame }))
    this.#frames = []
    this.#framesBytes = 0
    this.#last += events.length
    const message = encodeFrames(events)
    const times = events.map(({ t }) => t)
    this.#kept.keepFrames(message, {
      first,
      last: this.#last,
      since: Math.min(...times),
      until: Math.max(...times),
    })
    this.#receiver?.output(message)
  }

  /** Whether the page reads too little to be told more. When it does no longer, what was let go meanwhile is told. */
  #lookWhetherBehind(): boolean {
    const waiting = this.#receiver?.waiting ?? 0
    this.#isPageBehind = waiting > (this.#isPageBehind ? this.#mostWaiting / 4 : this.#mostWaiting)
    clearTimeout(this.#letGoTimer)
    if (this.#isPageBehind) this.#letGoTimer = setTimeout(() => this.#lookWhetherBehind(), LOOK_AGAIN)
    else {
      const missing = [...this.#letGoNow]
      this.#letGoNow.clear()
      for (const [what, counted] of missing) this.write({ kind: 'missing', what, why: 'let-go', ...counted })
    }
    return this.#isPageBehind
  }

  #letGoOf(what: Instrument, count: number, since: number, until: number): void {
    const before = this.#letGoNow.get(what)
    this.#letGoNow.set(what, {
      count: (before?.count ?? 0) + count,
      since: Math.min(before?.since ?? since, since),
      until: Math.max(before?.until ?? until, until),
    })
  }

  #flush(channel: Channel): void {
    clearTimeout(channel.timer)
    channel.timer = undefined
    if (channel.gatheredBytes === 0) return
    const bytes = channel.gathered.length === 1 ? channel.gathered[0] : Buffer.concat(channel.gathered)
    const offset = channel.written - channel.gatheredBytes
    const { program, run, gatheredAt: t } = channel
    channel.gathered = []
    channel.gatheredBytes = 0
    this.#last += 1
    const n = this.#last
    const frame = encodeOutput({ kind: 'output', program, run, n, t, offset, bytes: bytes ?? new Uint8Array() })
    channel.frames.push({ n, t, from: offset, to: channel.written, bytes: frame })
    this.#receiver?.output(frame)
  }

  /** Lets the oldest acknowledged frames go, in few large steps, once twice the share is kept. */
  #letGo(channel: Channel): void {
    const { frames, acknowledged, parsed } = channel
    const first = frames[0]
    if (first === undefined) return
    if (acknowledged - first.from < 2 * KEEP.bytes && frames.length < 2 * KEEP.frames) return
    const byBytes = frames.findIndex(({ to }) => to > acknowledged - KEEP.bytes)
    const cut = Math.min(Math.max(byBytes, frames.length - KEEP.frames), parsed)
    const lost = frames[cut - 1]
    if (lost === undefined) return
    channel.gap = { n: lost.n, t: lost.t, to: lost.to }
    channel.frames = frames.slice(cut)
    channel.parsed -= cut
  }
}

/** What is blind or has settled is told at once, and once: no flood may take its place. */
type Gathered = Exclude<Observation, { kind: 'blind' | 'settled' }>

interface Seen {
  readonly t: number
  readonly observation: Gathered
}

function isGathered(happening: Happening): happening is Gathered {
  return isObserved(happening) && happening.kind !== 'blind' && happening.kind !== 'settled'
}

/** Calls come by the thousand, like frames, and like them each stands for itself alone. */
function isCall({ kind }: Happening): boolean {
  return kind === 'call' || kind === 'return' || kind === 'armed' || kind === 'heard'
}

function isParsed(frame: Frame | undefined, acknowledged: number): boolean {
  return frame !== undefined && frame.to <= acknowledged
}

function isBehind({ frames, parsed }: Channel): boolean {
  return frames.length - parsed >= MAX_BEHIND
}
