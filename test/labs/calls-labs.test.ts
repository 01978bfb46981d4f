import { afterAll, beforeAll, expect, it } from 'vitest'
import { LANGUAGES, type Lab, type Language } from '../../labs/lab.ts'
import { Catalog } from '../../labs/server/catalog.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { COURSE, startCourse, type TestCourse } from '../helpers/course.ts'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'

/** A program that is to be interrupted, what it has said before it waits for ever, and the language in which alone it does. */
interface Stuck {
  readonly name: string
  readonly says: string
  readonly only?: Language
}

/**
 * The programs that are to be interrupted, because nothing comes for them; when the server of `tcp-both-receive` is gone,
 * its client learns of it and ends.
 */
const STUCK: Readonly<Record<string, Stuck>> = {
  'ip-four-binds': { name: 'server', says: 'Waiting for' },
  'ip-two-bells': { name: 'server', says: 'Waiting for' },
  'udp-as-found': { name: 'receive', says: 'Waiting for' },
  'socket-open': { name: 'send', says: 'nothing closed', only: 'ts' },
  'socket-patience': { name: 'receive', says: ' bytes: ' },
  'tcp-as-found': { name: 'server', says: 'Waiting for' },
  'tcp-frozen': { name: 'server', says: 'Waiting for' },
  'tcp-both-receive': { name: 'server', says: 'Waiting for' },
}

const rung = whyNoOwnNetwork === null ? 'own' : 'plain'
const catalog = new Catalog(COURSE)
const all = await Promise.all((await catalog.ids()).map(async (id) => (await catalog.find(id)) as Lab))
/** A view of the machine is no program of ours. */
const labs = all.filter(
  ({ programs, network }) => programs.length > 0 && (rung === 'own' || network.hosts.length === 1),
)
let traced: TestCourse
let bare: TestCourse

beforeAll(async () => {
  traced = await startCourse({ catalog: true, rung })
  bare = await startCourse({ catalog: true, rung, calls: false })
})

afterAll(async () => {
  await traced?.close()
  await bare?.close()
})

/** What the programs of a lab print, and how they end. */
async function run(course: TestCourse, { id, programs }: Lab, language: Language) {
  const names = programs.map(({ name }) => name)
  const { name: stuck, says = '', only = language } = STUCK[id] ?? {}
  const client = await BenchClient.open(course.port, id)
  client.run(...names.map((program) => ({ program, language })))
  const hasEnded = (name: string) => client.eventsOf(name, 'exited').length > 0
  if (stuck !== undefined && only === language) {
    const isWaiting = (name: string) => client.text(name).includes('Waiting for bytes')
    await client.until(() => names.every((name) => name === stuck || hasEnded(name) || isWaiting(name)), 60)
    const isLast = names.some((name) => !hasEnded(name) && name !== stuck) ? isWaiting : () => true
    await client.until(() => client.text(stuck).includes(says) && isLast(stuck))
    client.type(stuck, '\x03')
  }
  await client.until(() => names.every(hasEnded))
  await client.leave()
  const ends = names.map((name) => {
    const { code, signal } = client.eventsOf(name, 'exited')[0] ?? {}
    // What every run is given afresh.
    const token = client.eventsOf(name, 'starting')[0]?.token ?? 'TOKEN'
    return { name, code, signal, printed: settled(client.text(name).replaceAll(token, 'TOKEN')) }
  })
  return { ends, told: client.observedOf('call').length }
}

/** Ports that the kernel chose, and what was measured, differ from run to run. */
const settled = (printed: string) => printed.replaceAll(/\b[1-9]\d{4}\b/g, asPort).replaceAll(/\b\d+\.\d+ s\b/g, 'TIME')

/** The ports of the course stay. */
const asPort = (port: string) => (/^128\d\d$/.test(port) ? port : 'PORT')

/** On the machine's own network two runs of a lab would want the same ports. */
const every = rung === 'own' ? it.concurrent : it

every.each(labs.flatMap((lab) => LANGUAGES.map((language) => ({ ...lab, language }))))(
  'lab $id is the same with tracing and without, in $language',
  async ({ language, ...lab }) => {
    const first = run(bare, lab, language)
    if (rung !== 'own') await first
    const [without, together] = await Promise.all([first, run(traced, lab, language)])
    expect(together.ends).toEqual(without.ends)
    expect(without.told).toBe(0)
    expect(together.told).toBeGreaterThan(2)
  },
  // The client of a frozen handshake waits for 15 seconds.
  120_000,
)
