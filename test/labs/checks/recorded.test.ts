import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Call, Story } from '../../../labs/checks/story.ts'
import { tell } from '../../../labs/checks/tell.ts'
import type { BenchEvent } from '../../../labs/events.ts'
import { type Lab, readLab } from '../../../labs/lab.ts'
import { knownOf, readRecording } from '../../../labs/recording.ts'
import { COURSE } from '../../helpers/course.ts'
import { seeded } from '../../helpers/random.ts'
import { packet, told } from '../../helpers/told.ts'

interface Recorded {
  readonly name: string
  readonly lab: Lab
  readonly events: readonly BenchEvent[]
}

const CATALOG = join(COURSE, 'labs', 'catalog')

/** What benches have really told of every lab that has programs, in each mixture of languages. */
const recorded = await Promise.all(
  globSync('*/recordings/*.jsonl', { cwd: CATALOG })
    .sort()
    .map(async (file): Promise<Recorded> => {
      const id = dirname(dirname(file))
      const lab = readLab(id, (await import(join(CATALOG, id, 'lab.ts'))).default)
      const recording = readRecording(readFileSync(join(CATALOG, file), 'utf8'), knownOf(lab))
      if (!('events' in recording)) throw new Error(`${file} is no recording: ${JSON.stringify(recording)}`)
      return { name: `${id} ${basename(file, '.jsonl')}`, lab, events: recording.events }
    }),
)
const runs = recorded.filter(({ lab }) => lab.programs.length > 0)
/** Those of which every call and every frame is told: where a lab only counts what comes later, nobody can know its cause. */
const whole = runs.filter(({ lab: { frames, calls } }) => frames !== null && frames.first === null && calls === null)

const storyOf = ({ name, lab, events }: Recorded): Story => {
  const [story, ...others] = tell(lab, events)
  if (!story || others.length > 0) throw new Error(`${name} is not one run.`)
  return story
}

/** What is said of each story that is told in whole and is not as it should be. */
const complaints = (complain: (story: Story) => readonly string[]): string[] =>
  whole.flatMap((run) => complain(storyOf(run)).map((complaint) => `${run.name}: ${complaint}`))

const wordsOf = (call: Call): string => `${call.program} ${call.name} at ${call.line}`
const isOver = ({ ended, error }: Call): boolean => ended !== null && error === null

describe('the stories of the recorded runs', () => {
  it('are those of all labs', () => {
    expect(runs.length).toBeGreaterThan(35)
    expect(whole.length).toBeGreaterThan(runs.length / 2)
    expect(runs.filter((run) => !storyOf(run).settled).map(({ name }) => name)).toEqual([])
  })

  it('lead each socket through the states of TCP in their order, and never back', () => {
    const order = [
      'SYN-SENT SYN-RECEIVED',
      'ESTABLISHED',
      'FIN-WAIT-1 CLOSE-WAIT',
      'FIN-WAIT-2 CLOSING LAST-ACK',
      'TIME-WAIT',
    ]
    const placeOf = (state: string) => order.findIndex((states) => states.split(' ').includes(state))
    const back = complaints(({ steps }) => {
      const over = new Set<string>()
      return steps.flatMap(({ at, states }) =>
        states.flatMap(({ socket, from, to }) => {
          const isOver = over.has(socket)
          if (to === 'CLOSED') over.add(socket)
          const isForward = to === 'CLOSED' || to === 'LISTEN' || placeOf(to) > placeOf(from)
          return isForward && !isOver ? [] : [`${socket} from ${from} to ${to} at ${at}`]
        }),
      )
    })
    expect(back).toEqual([])
  })

  it('know the cause of every packet, its numbers, and whose it is', () => {
    const unknown = complaints(({ packets }) =>
      packets.filter(({ cause }) => 'kernel' in cause && cause.kernel === 'unknown').map(packet),
    )
    expect(unknown).toEqual([])
    expect(
      complaints(({ packets }) => packets.filter((one) => one.decoded.tcp && one.sequence === null).map(packet)),
    ).toEqual([])
    const nobodys = complaints(({ packets }) =>
      packets.filter(({ sender, receiver }) => sender === null && receiver === null).map(packet),
    )
    expect(nobodys).toEqual([])
  })

  it('know which packets brought what was received, which connection was accepted, and what connected', () => {
    const untied = complaints(({ calls }) =>
      calls
        .filter((call) => {
          const hears = call.deed === 'receive' ? call.bytes !== null : call.deed === 'accept'
          return isOver(call) && (hears || (call.deed === 'connect' && call.socket?.protocol === 'tcp'))
        })
        .filter(({ packets, silent }) => packets.length === 0 && silent !== 'refused')
        .map(wordsOf),
    )
    expect(untied).toEqual([])
  })

  it('give every byte that was received to the call that sent it', () => {
    const wrong = complaints(({ calls, packets }) =>
      calls
        .filter((call) => call.deed === 'receive' && isOver(call) && (call.range?.to ?? 0) > (call.range?.from ?? 0))
        .filter(({ range, packets: numbers }) => {
          const from = numbers.map((number) => packets[number - 1]?.range ?? { from: 0, to: 0 })
          const covered = from
            .sort((a, b) => a.from - b.from)
            .reduce((to, one) => (one.from <= to ? Math.max(to, one.to) : to), range?.from ?? 0)
          return covered < (range?.to ?? 0)
        })
        .map(wordsOf),
    )
    expect(wrong).toEqual([])
  })

  it('say why calls that could have caused a packet caused none, and never that it is unknown', () => {
    const speaking = ['send', 'connect', 'shutdown', 'close']
    const mute = complaints(({ calls, packets }) =>
      calls
        .filter((call, place) => {
          const causes = call.packets.some((number) => {
            const { cause } = packets[number - 1] ?? {}
            return cause && 'call' in cause && cause.call === place
          })
          return (
            !call.event &&
            speaking.includes(call.deed) &&
            !causes &&
            (call.silent === null || call.silent === 'unknown')
          )
        })
        .map(wordsOf),
    )
    expect(mute).toEqual([])
  })

  it('go forward in time', () => {
    const back = complaints(({ steps }) =>
      steps.filter(({ t }, i) => i > 0 && t < (steps[i - 1]?.t ?? 0)).map(({ at }) => `step ${at}`),
    )
    expect(back).toEqual([])
  })

  it('put causes before what they cause', () => {
    const late = complaints((story) => {
      const at = new Map(story.steps.map((step) => [step.kind === 'packet' ? `p${step.packet}` : '', step.at]))
      const begins = new Map<number, number>()
      const returns = new Map<number, number>()
      for (const step of story.steps) {
        if (!('call' in step)) continue
        if (!begins.has(step.call)) begins.set(step.call, step.at)
        returns.set(step.call, step.at)
      }
      return story.packets.flatMap((one) => {
        const place = at.get(`p${one.number}`) ?? 0
        const isEarly = 'call' in one.cause && (begins.get(one.cause.call) ?? 0) > place
        const isUnheard = one.receivedBy.some((call) => (returns.get(call) ?? 0) < place)
        return isEarly || isUnheard ? [packet(one)] : []
      })
    })
    expect(late).toEqual([])
  })

  it('bring every connection to its end at both sides', () => {
    const open = complaints((story) =>
      story.conversations.flatMap(({ protocol }, place) => {
        if (protocol !== 'tcp') return []
        const last = new Map(story.statesAt(story.steps.length, place).map(({ socket, to }) => [socket, to]))
        return [...last]
          .filter(([, to]) => to !== 'CLOSED' && to !== 'TIME-WAIT')
          .map(([socket, to]) => `${socket} ${to}`)
      }),
    )
    expect(open).toEqual([])
  })

  it('show no socket of nobody, and none that is closed and stays', () => {
    const odd = complaints((story) =>
      Array.from({ length: story.steps.length + 1 }, (_, at) => at).flatMap((at) =>
        story
          .socketsAt(at)
          .filter(
            ({ program, state, owner, gone }) => program === null || (state === 'CLOSED' && owner === null && !gone),
          )
          .map(({ id, state }) => `${id} ${state} at ${at}`),
      ),
    )
    expect(odd).toEqual([])
  })

  it('are the same in whatever order the events stand', () => {
    const random = seeded(3)
    for (const run of runs) {
      const events = [...run.events]
      for (let i = events.length - 1; i > 0; i--) {
        const other = Math.floor(random() * (i + 1))
        ;[events[i], events[other]] = [events[other] as BenchEvent, events[i] as BenchEvent]
      }
      expect(told(storyOf({ ...run, events })), run.name).toEqual(told(storyOf(run)))
    }
  })

  it('tell of the lost segment on the bad road: sent once more, and received from that', () => {
    const story = storyOf(runs.find(({ name }) => name === 'tcp-bad-road py-py') as Recorded)
    const lost = story.packets.filter(({ fate, range }) => fate === 'lost' && range !== null)
    expect(lost.length).toBeGreaterThan(0)
    const missing = lost.filter(
      ({ number }) =>
        !story.packets.some(({ about, remarks }) => about === number && remarks.includes('retransmission')),
    )
    // What a later segment carried again, with more, needs no sending of its own.
    expect(missing.every(({ remarks }) => remarks.includes('retransmission'))).toBe(true)
    expect(lost.every(({ receivedBy }) => receivedBy.length === 0)).toBe(true)
  })
})
