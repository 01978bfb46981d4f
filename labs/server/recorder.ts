/** Runs a lab for real and keeps everything that happens, as a reader's Run all would show it. */
import { randomBytes } from 'node:crypto'
import { release, type } from 'node:os'
import { Bench, type Page, type Surroundings } from '../bench/bench.ts'
import { tokenOfRecording } from '../bench/token.ts'
import { Rest } from '../checks/rest.ts'
import type { BenchEvent } from '../events.ts'
import type { Lab, Language } from '../lab.ts'
import { decodeFrames, decodeOutput, type FromBench, PROTOCOL } from '../protocol.ts'
import type { RecordingHeader } from '../recording.ts'
import { lastRun } from '../recording-take.ts'

/** A run that is not at rest after so long has failed, in ms. */
const DEADLINE = 120_000

/**
 * A run in which programs wait is at rest when nothing has happened for so long, in ms: longer than the two seconds that programs
 * of the course wait for an answer, of which Node tells nobody.
 */
const QUIET = 2500

/** The size of the terminals that programs are recorded in: narrow enough for every page. */
const SIZE = { columns: 80, rows: 24 } as const

/** What a run is recorded with: `languages` says for each program what it is to be written in. */
export interface Take {
  readonly lab: Lab
  readonly languages: Readonly<Record<string, Language>>
}

/** What a reader does meanwhile. */
export interface ReaderHand {
  /** Before anything is run. */
  readonly before?: (bench: Bench) => Promise<void>
  /** After each event; all that came so far. */
  readonly heard?: (events: readonly BenchEvent[], bench: Bench) => void
}

/**
 * Runs all programs of a lab at a bench of their own until everything has ended. Programs that wait for ever are stopped,
 * when nothing more happens: first those that began, so that the others may see it.
 * @returns the events of the run, ready to be written
 * @throws {Error} saying why the run could not be had, or is not complete.
 */
export async function recordRun(
  { lab, languages }: Take,
  around: Surroundings,
  hand: ReaderHand = {},
): Promise<BenchEvent[]> {
  const network = await around.networks.take(lab.network)
  const held = { makeToken: () => tokenOfRecording(lab.id), ...around }
  const bench = new Bench(randomBytes(8).toString('hex'), lab, network, held, () => {})
  const witness = new Witness(bench, hand.heard)
  bench.attach(witness, 0)
  const names = [...lab.programs, ...lab.views].map(({ name }) => name)
  try {
    await hand.before?.(bench)
    await bench.run(names.map((program) => ({ program, language: languages[program] ?? 'sh', ...SIZE })))
    await witness.until(() => true)
    for (let running = witness.rest.running; running.length > 0; running = witness.rest.running) {
      bench.stop([lastToStop(lab, running)])
      await witness.until((now) => now.length < running.length)
    }
  } finally {
    await bench.close('left')
  }
  return lastRun(witness.events)
}

/** What a recording made here and now says of itself. */
export function headerOf({ lab, languages }: Take, around: Surroundings, version: string, now: Date): RecordingHeader {
  const { rung } = around.networks
  if (rung === 'none') throw new Error('Nothing runs here.')
  return {
    lab: lab.id,
    languages,
    recorded: `${now.toISOString().slice(0, 19)}Z`,
    protocol: PROTOCOL,
    course: version,
    system: `${type()} ${/^\d+(\.\d+)?/.exec(release())?.[0] ?? ''}`.trim(),
    network: rung,
  }
}

/** Of those that run, the one that is to be stopped next: ends that begin before ends that wait, the latest first. */
function lastToStop(lab: Lab, running: readonly string[]): string {
  const ends = new Map(lab.programs.map(({ name, end }) => [name, end]))
  const latest = running.toReversed()
  return latest.find((name) => ends.get(name) !== 'waits') ?? latest[0] ?? ''
}

/** A page without a screen: it has parsed everything at once, and remembers it. */
class Witness implements Page {
  readonly events: BenchEvent[] = []
  readonly rest = new Rest()
  readonly #bench: Bench
  readonly #heard: ReaderHand['heard']
  readonly #programs = new Map<number, string>()
  #trouble: Error | null = null
  #look = () => {}

  constructor(bench: Bench, heard: ReaderHand['heard']) {
    this.#bench = bench
    this.#heard = heard
  }

  /**
   * Resolves when everything has ended and been told, or when nothing more happens and what runs is so. Rejects when
   * something goes wrong, or takes too long.
   */
  until(holds: (running: readonly string[]) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        const still = this.rest.running.join(', ') || 'nothing'
        end(() => reject(new Error(`After ${DEADLINE / 1000} s the run is not at rest; still running: ${still}.`)))
      }, DEADLINE)
      let quiet: NodeJS.Timeout | undefined
      const end = (settle: () => void) => {
        clearTimeout(late)
        clearTimeout(quiet)
        this.#look = () => {}
        settle()
      }
      this.#look = () => {
        clearTimeout(quiet)
        if (this.#trouble) end(() => reject(this.#trouble))
        else if (this.rest.isSettled) end(resolve)
        else if (this.rest.isStill && holds(this.rest.running)) quiet = setTimeout(() => end(resolve), QUIET)
      }
      this.#look()
    })
  }

  /** Everything has reached it. */
  get waiting(): number {
    return 0
  }

  tell(message: FromBench): void {
    if (message.type === 'events') for (const event of message.events) this.#take(event)
    else if (message.type === 'trouble') this.#fail(JSON.stringify(message.trouble))
    else if (message.type === 'closed') this.#fail(`the bench ended: ${message.ending}`)
  }

  output(message: Uint8Array): void {
    const output = decodeOutput(message, (run) => this.#programs.get(run))
    if (output) {
      this.#take(output)
      this.#bench.acknowledge(output.program, output.offset + output.bytes.length)
    } else for (const frame of decodeFrames(message) ?? []) this.#take(frame)
  }

  close(): void {}

  #take(event: BenchEvent): void {
    this.events.push(event)
    this.rest.take(event)
    this.#heard?.(this.events, this.#bench)
    if (event.kind === 'starting') this.#programs.set(event.run, event.program)
    if (event.kind === 'failed') this.#fail(JSON.stringify(event.trouble))
    if (event.kind === 'missing' && !this.#isMeant(event)) this.#fail(`${event.count} of the ${event.what} are missing`)
    if (event.kind === 'gap') this.#fail('output is missing')
    for (const [instrument, detail] of this.rest.blind) this.#fail(`nothing tells of ${instrument}: ${detail}`)
    this.#look()
  }

  /** Whether the lab itself says that it keeps no more of these. */
  #isMeant({ what, why }: BenchEvent & { kind: 'missing' }): boolean {
    const { frames, calls } = this.#bench.lab
    const keeps = { packets: frames?.first ?? null, calls, sockets: null }[what]
    return why === 'let-go' && keeps !== null
  }

  #fail(why: string): void {
    this.#trouble ??= new Error(why)
    this.#look()
  }
}
