import { setTimeout as pause } from 'node:timers/promises'
import type { BenchClient } from '../helpers/bench-client.ts'
import { descriptorsOf } from '../helpers/processes.ts'
import { insideOf } from '../helpers/readers.ts'
import { atMost, exactly, type Finding } from './finding.ts'
import { type Holdings, holdingsOf, mostMemoryOf } from './processes.ts'
import { Stronghold } from './stronghold.ts'

/** So many benches are open at once. */
const AT_ONCE = 20

/** Opens and leaves benches, in each of which something runs, and counts what the server holds before and after. */
export async function crowd(benches: number): Promise<Finding[]> {
  // Benches that were left end soon, so that nobody has to wait for them.
  const stronghold = await Stronghold.build({ grace: { left: 100, vanished: 100 } })
  try {
    // The first ones make what stays: pools, caches, code that is compiled.
    const open = await openAndLeave(stronghold, AT_ONCE)
    const before = await atRest(stronghold)
    for (let done = 0; done < benches; done += AT_ONCE) {
      await openAndLeave(stronghold, Math.min(AT_ONCE, benches - done))
    }
    const after = await atRest(stronghold)
    return [
      exactly('benches opened and closed', benches, benches),
      {
        what: `network namespaces while ${AT_ONCE} were open`,
        seen: `${open.networks - before.networks} more`,
        wanted: `≥ ${AT_ONCE - 2}`,
        holds: open.networks - before.networks >= AT_ONCE - 2,
      },
      exactly('processes more', after.processes - before.processes, 0),
      exactly('network namespaces more', after.networks - before.networks, 0),
      exactly('interfaces of the machine more', after.interfaces - before.interfaces, 0),
      exactly('descriptors of the server more', after.descriptors - before.descriptors, 0),
      // What a process has taken from the system it keeps for a while, so growth shows in its heap.
      atMost('heap of the server grown by', (after.heap - before.heap) / 1e6, 3, ' MB'),
      atMost('memory of the server at its most', mostMemoryOf(stronghold.pid) / 1e6, 400, ' MB'),
    ]
  } finally {
    await stronghold.close()
  }
}

/** @returns what was held while all of them were open. */
async function openAndLeave(stronghold: Stronghold, count: number): Promise<Holdings> {
  const pages: BenchClient[] = []
  for (let at = 0; at < count; at += 4) {
    const some = Array.from({ length: Math.min(4, count - at) }, () => stronghold.open())
    pages.push(...(await Promise.all(some)))
  }
  await Promise.all(
    pages.map(async (page) => {
      page.run({ program: 'shell@here', language: 'sh' })
      await page.until(() => page.text('shell@here').includes('$'))
    }),
  )
  const held = holdingsOf(stronghold.pid)
  await Promise.all(pages.map((page) => page.leave()))
  while ((await insideOf(stronghold.port)).benches > 0) await pause(50)
  return held
}

/** What is held when nothing is under way any more: the pool is full again, and ended processes are buried. */
async function atRest({ pid, course }: Stronghold): Promise<Holdings & { heap: number }> {
  let last = holdingsOf(pid)
  for (let calm = 0; calm < 10; ) {
    await pause(100)
    const now = holdingsOf(pid)
    calm = now.processes === last.processes && descriptorsOf(pid).length === last.descriptors ? calm + 1 : 0
    last = now
  }
  return { ...last, heap: await course.heap() }
}
