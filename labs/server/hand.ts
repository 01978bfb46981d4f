/** A reader's hand at a bench, led by what is written down of it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../bench/bench.ts'
import type { Deeds, ReaderAct, TypingAct } from '../checks/deeds.ts'
import { Hearing } from '../checks/evidence.ts'
import { type StateQuery, states } from '../checks/facts.ts'
import { tellLatest } from '../checks/tell.ts'
import type { BenchEvent } from '../events.ts'
import type { Lab } from '../lab.ts'
import type { ReaderHand } from './recorder.ts'

/** What `deeds.ts` in this folder of a lab says; null where there is none. Without a folder: in every run of the lab. */
export async function deedsOf(course: string, lab: Lab, folder = ''): Promise<Deeds | null> {
  const file = join(course, 'labs', 'catalog', lab.id, folder, 'deeds.ts')
  return existsSync(file) ? (await import(file)).default : null
}

/** Does what is written down, each in its time, in this order. `left` is what had no time yet. */
export function handOf(lab: Lab, acts: readonly ReaderAct[]): ReaderHand & { readonly left: readonly ReaderAct[] } {
  const left = [...acts]
  const typed = new Map<string, number>()
  const type = ({ asked: { program }, reads }: TypingAct, events: readonly BenchEvent[], bench: Bench) => {
    const answer = reads.like.exec(printed(events, reads.program))?.[1]
    const run = events.findLast((event) => event.kind === 'started' && event.program === program)
    if (answer === undefined || run?.kind !== 'started') return false
    const seq = (typed.get(program) ?? 0) + 1
    typed.set(program, seq)
    bench.input({ type: 'input', run: run.run, seq, bytes: new TextEncoder().encode(`${answer}\r`) })
    return true
  }
  return {
    left,
    async before(bench) {
      for (let [next] = left; next && 'faults' in next && next.when === 'before'; [next] = left) {
        left.shift()
        await setFaults(next.faults, bench)
      }
    },
    heard(events, bench) {
      const [next] = left
      if (next === undefined) return
      if ('asked' in next) {
        if (events.at(-1)?.kind !== 'output' || !next.asked.prints.test(printed(events, next.asked.program))) return
        if (type(next, events, bench)) left.shift()
        return
      }
      if (next.when === 'before' || !isIn(lab, events, next.when)) return
      left.shift()
      void setFaults(next.faults, bench)
    },
  }
}

function setFaults({ wire, ...faults }: { wire: number } & object, bench: Bench): Promise<void> {
  return bench.setFaults(wire, { ...faults })
}

/** All that a program has printed. */
function printed(events: readonly BenchEvent[], program: string): string {
  const bytes = events.flatMap((event) => (event.kind === 'output' && event.program === program ? [event.bytes] : []))
  return Buffer.concat(bytes).toString()
}

/** Whether what was told so far shows this state for long enough. */
function isIn(lab: Lab, events: readonly BenchEvent[], when: StateQuery): boolean {
  const latest = events.at(-1)
  if (latest?.kind !== 'sockets' && latest?.kind !== 'frame' && latest?.kind !== 'upto') return false
  const story = tellLatest(lab, events)
  if (story === null) return false
  const hearing = new Hearing(lab)
  for (const event of events) hearing.hear(event)
  return states(hearing.evidence(story, 'live', null), when).found.length > 0
}
