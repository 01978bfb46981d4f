/** One measurement in a process of its own. Started by `Client`, which tells it what to do. */
import { once } from 'node:events'
import { PROBES } from './probes/probes.ts'
import type { FromClient, Task, ToClient } from './talk.ts'
import { bareWay } from './ways/bare.ts'
import { naiveWay } from './ways/naive.ts'
import { benchWay } from './ways/page.ts'
import type { Reach, Way } from './ways/way.ts'

const say = (message: FromClient) => new Promise((resolve) => process.send?.(message, resolve))

const [{ task }] = (await once(process, 'message')) as [{ task: Task }]
try {
  const way = task.reach && (await wayTo(task.reach))
  await say({ result: await PROBES[task.probe](way as never, task.options as never, halt) })
} catch (error) {
  await say({ error: (error as Error).stack ?? String(error) })
}
process.exit()

async function halt(): Promise<void> {
  const told = once(process, 'message') as Promise<[ToClient]>
  await say({ waits: true })
  await told
}

function wayTo(reach: Reach): Way | Promise<Way> {
  if (reach.way === 'bare') return bareWay(reach.means)
  if (reach.way === 'naive') return naiveWay(reach.means, reach.port)
  return benchWay(reach.port, reach.key)
}
