import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { programEnvironment } from '../../../labs/bench/environment.ts'
import type { LiveNetwork } from '../../../labs/bench/network/network.ts'
import { OwnNetwork } from '../../../labs/bench/network/own.ts'
import type { Policy } from '../../../labs/bench/network/policy.ts'
import { type NetworkDefinition, readNetwork } from '../../../labs/network.ts'
import { COURSE } from '../../helpers/course.ts'
import { THREE, TWO, TWO_SIX } from '../../helpers/networks.ts'
import { median } from '../statistics.ts'

export const SHAPES = ['one', 'two', 'twoSix', 'three'] as const
type Shape = (typeof SHAPES)[number]

const DEFINITIONS: Record<Shape, NetworkDefinition | undefined> = {
  one: undefined,
  two: TWO,
  twoSix: TWO_SIX,
  three: THREE,
}

/** A holder that was started so long ago waits for its orders, in ms. */
const SETTLED = 300

/** What is sent over the wire, in bytes. */
const SENT = 20_000_000

/** What a network of a bench's own is made with. */
export interface Ground {
  /** A Python 3 by its real path. */
  readonly python: string
  readonly policy: Policy
}

/** Milliseconds until a network is there: from nothing, and with a holder that stood ready. */
export type SetUp = Record<Shape, { readonly cold: number; readonly ready: number }>

export async function setUp(_: null, { samples, ...ground }: Ground & { samples: number }): Promise<SetUp> {
  const times = async (shape: Shape, settled: number) => {
    const took: number[] = []
    for (let i = 0; i < samples; i += 1) took.push(await build(ground, shape, settled))
    return median(took)
  }
  const both = async (shape: Shape) => ({ cold: await times(shape, 0), ready: await times(shape, SETTLED) })
  return {
    one: await both('one'),
    two: await both('two'),
    twoSix: await both('twoSix'),
    three: await both('three'),
  }
}

async function build({ python, policy }: Ground, shape: Shape, settled: number): Promise<number> {
  let began = performance.now()
  const own = new OwnNetwork(COURSE, python, policy)
  if (settled > 0) {
    await pause(settled)
    began = performance.now()
  }
  await own.build(checked(DEFINITIONS[shape]))
  const took = performance.now() - began
  await own.close()
  return took
}

/** Sends bytes by TCP from one host to the other. Gives Mbit/s. */
export async function wire(_: null, ground: Ground): Promise<number> {
  const own = new OwnNetwork(COURSE, ground.python, ground.policy)
  await own.build(checked(TWO))
  const receiver = await run(own, ground, { number: 1, host: 'b', words: ['tcp_receive', '10.0.0.2', '7000'] })
  await receiver.until(/ready/)
  const words = ['tcp_send', '10.0.0.2', '7000', `${SENT}`]
  const sender = await run(own, ground, { number: 2, host: 'a', words })
  const [, hash, seconds] = await sender.until(/^\d+ (\w+) ([\d.e-]+)\r/m)
  const [, arrived] = await receiver.until(/^\d+ (\w+) \S+\r/m)
  await own.close()
  if (hash !== arrived) throw new Error('What arrived over the wire is not what was sent.')
  return (SENT * 8) / 1e6 / Number(seconds)
}

interface End {
  readonly number: number
  readonly host: string
  readonly words: readonly string[]
}

/** Runs one of the small programs of the network's own tests. */
async function run(network: LiveNetwork, { python, policy }: Ground, { number, host, words }: End) {
  const ends = join(COURSE, 'test', 'fixtures', 'network', 'ends.py')
  const { reader } = await network.launch({
    run: number,
    argv: [python, '-I', '-S', ends, ...words],
    folder: '/',
    host,
    capability: null,
    env: programEnvironment(`${process.pid}.speed.${number}.`, policy),
    columns: 200,
    rows: 24,
  })
  let said = ''
  let look = () => {}
  reader.onOutput((bytes) => {
    said += Buffer.from(bytes).toString()
    look()
  })
  return {
    until: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${words[0]} said only: ${said}`)), 30_000)
        look = () => {
          const found = pattern.exec(said)
          if (!found) return
          clearTimeout(late)
          resolve(found)
        }
        look()
      }),
  }
}

function checked(definition: NetworkDefinition | undefined) {
  return readNetwork(definition, (what) => {
    throw new Error(what)
  })
}
