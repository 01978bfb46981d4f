/** What a task may ask of a run, asked of recorded runs and of runs from which something was taken away. */
import { beforeAll, describe, expect, test } from 'vitest'
import { Hearing, KEPT_OUTPUT, noEvidence, type RunEvidence } from '../../../labs/checks/evidence.ts'
import {
  calls,
  crossed,
  decided,
  errors,
  exits,
  after as later,
  marks,
  none,
  packets,
  prints,
  rests,
  reversed,
  states,
  times,
  without,
} from '../../../labs/checks/facts.ts'
import { judge, need, saysOf, unless, verdictOn } from '../../../labs/checks/judge.ts'
import { tellLatest } from '../../../labs/checks/tell.ts'
import type { BenchEvent } from '../../../labs/events.ts'
import type { Lab } from '../../../labs/lab.ts'
import { findRecording } from '../../../labs/server/recordings.ts'
import { COURSE } from '../../helpers/course.ts'
import { allLabs } from '../../helpers/labs.ts'
import { checksOf, evidenceOf } from '../../helpers/proof.ts'

const labs = new Map<string, Lab>()
const TEXT = Uint8Array.of(0xca, 0xfd, 0xbe, 0xdd)

beforeAll(async () => {
  for (const lab of await allLabs()) labs.set(lab.id, lab)
})

async function recorded(id: string, mixture: string): Promise<{ lab: Lab; events: readonly BenchEvent[] }> {
  const lab = labs.get(id) as Lab
  const recording = await findRecording(COURSE, lab, mixture)
  return { lab, events: recording?.events ?? [] }
}

async function run(
  id: string,
  mixture = 'py-py',
  change = (events: readonly BenchEvent[]) => events,
): Promise<RunEvidence> {
  const { lab, events } = await recorded(id, mixture)
  return evidenceOf(lab, change(events), undefined)
}

const steps = (facts: { found: readonly { step: number }[] }) => facts.found.map(({ step }) => step)

describe('facts', () => {
  test.each(['py-py', 'ts-ts', 'py-ts', 'ts-py'])(
    'bytes that crossed are found with their packet (%s)',
    async (mixture) => {
      const evidence = await run('udp-aligned', mixture)
      const found = crossed(evidence, { from: 'send', to: 'receive', carries: TEXT })
      expect(steps(found)).toEqual(steps(packets(evidence, { protocol: 'udp', carries: TEXT })))
      expect(found.found).toHaveLength(1)
      expect(crossed(evidence, { from: 'receive', to: 'send', carries: TEXT }).found).toEqual([])
      expect(crossed(evidence, { from: 'send', to: 'receive', carries: 'other' }).found).toEqual([])
    },
  )

  test.each(['py-py', 'ts-ts'])(
    'where packets are not seen, calls show what crossed, and say so (%s)',
    async (mixture) => {
      const blind = (events: readonly BenchEvent[]): BenchEvent[] => [
        { kind: 'blind', instrument: 'packets', detail: 'not here', n: 0, t: 0 },
        ...events.filter(({ kind }) => kind !== 'frame'),
      ]
      const evidence = await run('udp-aligned', mixture, blind)
      expect(crossed(evidence, { from: 'send', to: 'receive', carries: TEXT }).found).toHaveLength(1)
      expect(packets(evidence, { protocol: 'udp' })).toEqual({ found: [], unseen: 'blind-packets' })
    },
  )

  test.each(['py-py', 'ts-ts'])(
    'packets are found by addresses, and states by that of the socket (%s)',
    async (mixture) => {
      const evidence = await run('ip-four-binds', mixture)
      expect(packets(evidence, { fromAddress: '127.0.0.77', flags: ['SYN', 'ACK'] }).found).toHaveLength(2)
      expect(packets(evidence, { toAddress: '::1', flags: ['SYN'], without: ['ACK'] }).found).toHaveLength(4)
      const listens = (local: string) => states(evidence, { program: 'server', state: 'LISTEN', local }).found.length
      expect(['127.0.0.1', '0.0.0.0', '::1', '::', '127.0.0.77'].map(listens)).toEqual([1, 1, 1, 1, 0])
    },
  )

  test.each(['py-py', 'ts-ts'])(
    'where packets are not seen, bells are judged by sockets and output (%s)',
    async (mixture) => {
      const blind = (events: readonly BenchEvent[]): BenchEvent[] => [
        { kind: 'blind', instrument: 'packets', detail: 'not here', n: 0, t: 0 },
        ...events.filter(({ kind }) => kind !== 'frame'),
      ]
      const bells = await run('ip-two-bells', mixture, blind)
      const verdict = (await checksOf(bells.lab))?.tasks?.two?.check(bells)
      expect(verdict?.points.map(({ key, there }) => `${key} ${there}`)).toEqual([
        'four true',
        'six false',
        'refused true',
      ])
      const binds = await run('ip-four-binds', mixture, blind)
      expect((await checksOf(binds.lab))?.predictions?.other?.shows(binds)?.option).toBe('wildcards')
    },
  )

  test('text that came in several segments is found in the stream, with the packet that completes it', async () => {
    const evidence = await run('tcp-bad-road')
    const whole = crossed(evidence, { from: 'send', to: 'receive', carries: '5' })
    expect(whole.found.length).toBeGreaterThan(0)
    expect(whole.found.every(({ step }) => evidence.story.steps[step - 1]?.kind === 'packet')).toBe(true)
  })

  test('output, exits, errors, calls and states are found at their steps', async () => {
    const refused = await run('tcp-as-found')
    expect(prints(refused, 'client', /Nobody is listening/).found).toHaveLength(1)
    expect(prints(refused, 'server', 'Nobody').found).toEqual([])
    expect(exits(refused, 'client', { code: 1 }).found).toHaveLength(1)
    expect(exits(refused, 'client', { not: 1 }).found).toEqual([])
    expect(errors(refused, 'client', 'ECONNREFUSED').found).toHaveLength(1)
    expect(calls(refused, { program: 'server', deed: 'accept', returned: true, error: null }).found).toEqual([])
    expect(packets(refused, { flags: ['RST'] }).found).toHaveLength(1)
    expect(packets(refused, { flags: ['SYN'], without: ['ACK'] }).found).toHaveLength(1)
    const frozen = await run('tcp-frozen')
    expect(states(frozen, { program: 'client', state: 'SYN-SENT', atLeast: 500 }).found).toHaveLength(1)
    expect(states(frozen, { program: 'client', state: 'ESTABLISHED' }).found).toEqual([])
  })

  test('order, count and absence are told apart', async () => {
    const evidence = await run('udp-aligned')
    const sent = packets(evidence, { from: 'send' })
    const printed = prints(evidence, 'receive', '数据')
    expect(later(sent, printed).found).toHaveLength(1)
    expect(later(printed, sent).found).toEqual([])
    expect(without(sent, printed).found).toEqual([])
    expect(times(2, sent).found).toEqual([])
    expect(none(evidence, packets(evidence, { protocol: 'icmp' })).found).toHaveLength(1)
    expect(none(evidence, sent).found).toEqual([])
  })

  test('nothing is absent while more can come', async () => {
    const cut = (events: readonly BenchEvent[]) => events.filter(({ kind }) => kind !== 'settled' && kind !== 'upto')
    const evidence = await run('udp-aligned', 'py-py', cut)
    expect(decided(evidence)).toBe(false)
    expect(none(evidence, packets(evidence, { protocol: 'icmp' })).found).toEqual([])
  })

  test('a run of programs that wait for each other is at rest, one that ended is not', async () => {
    const waiting = (events: readonly BenchEvent[]) => {
      const stop = events.findIndex(({ kind }) => kind === 'stopping')
      const t = events[stop]?.t ?? 0
      const kept = events.slice(0, stop)
      const told = (['packets', 'sockets', 'calls'] as const).map(
        (instrument): BenchEvent => ({ kind: 'upto', instrument, upTo: t, n: 1e6, t }),
      )
      return [...kept, ...told]
    }
    expect(rests(await run('tcp-both-receive', 'py-py', waiting)).found).toHaveLength(1)
    expect(rests(await run('tcp-both-receive', 'ts-ts', waiting)).found).toHaveLength(1)
    expect(rests(await run('udp-aligned')).found).toEqual([])
  })

  test('a marked field is found when just its bytes are marked', async () => {
    const evidence = await run('udp-aligned')
    const marked = (first: number, last: number): RunEvidence => ({ ...evidence, marked: { packet: 1, first, last } })
    expect(marks(marked(34, 35), 'udp.sourcePort', { protocol: 'udp' }).found).toHaveLength(1)
    expect(marks(marked(34, 36), 'udp.sourcePort', { protocol: 'udp' }).found).toEqual([])
    expect(marks(marked(34, 36), null, { protocol: 'udp' }).found).toHaveLength(1)
    expect(marks(evidence, 'udp.sourcePort', {}).found).toEqual([])
    expect(marks(marked(34, 41), 'udp', {}).found).toHaveLength(1)
    const last = 42 + (evidence.story.packets[0]?.decoded.payload.length ?? 0) - 1
    expect(marks(marked(42, last), 'payload', {}).found).toHaveLength(1)
    expect(marks(marked(41, last), 'payload', {}).found).toEqual([])
    expect(marks(marked(42, last), 'nothing', {}).found).toEqual([])
  })

  test('a text backwards is by characters', () => {
    expect(reversed('a数😀')).toBe('😀数a')
    expect(reversed(null)).toBeNull()
  })
})

describe('what is kept of a run', () => {
  test('begins anew when a program is started while none was running: output, token, counters', async () => {
    const { lab, events } = await recorded('udp-aligned', 'py-py')
    const hearing = new Hearing(lab)
    for (const event of events) hearing.hear(event)
    const story = tellLatest(lab, events)
    if (story === null) throw new Error('Nothing was run.')
    const again: BenchEvent = {
      kind: 'starting',
      program: 'send',
      run: 9,
      language: 'py',
      token: 'fresh',
      columns: 80,
      rows: 24,
      n: 1e6,
      t: 1e12,
    }
    expect(hearing.begins).toBe(1)
    hearing.hear(again)
    const evidence = hearing.evidence(story, 'live', null)
    expect(hearing.begins).toBe(9)
    expect(evidence.token).toBe('fresh')
    expect(evidence.outputs.size).toBe(0)
    expect(evidence.counters.get('here')?.['lo.frames']).toBe(0)
  })

  test('of a flood of output is its beginning and its end, and that something is missing', () => {
    const lab = labs.get('udp-aligned') as Lab
    const hearing = new Hearing(lab)
    const say = (text: string) => {
      const bytes = new TextEncoder().encode(text)
      hearing.hear({ kind: 'output', program: 'send', run: 1, offset: 0, bytes, n: 1, t: 1 })
    }
    say('first\n')
    for (let count = 0; count < 1000; count += 1) say('x'.repeat(1024))
    say('last\n')
    const evidence = hearing.evidence(noEvidence(lab).story, 'live', null)
    expect(prints(evidence, 'send', 'first')).toMatchObject({ unseen: 'cut' })
    expect(prints(evidence, 'send', 'first').found).toHaveLength(1)
    expect(prints(evidence, 'send', 'last').found).toHaveLength(1)
    const kept = evidence.outputs.get('send')?.pieces.reduce((sum, { text }) => sum + text.length, 0)
    expect(kept).toBeLessThan(KEPT_OUTPUT + 2048)
  })
})

describe('a verdict', () => {
  const fact = { found: [{ t: 1, step: 3 }], unseen: null }
  const nothing = { found: [], unseen: null }

  test('is not yet before anything has run, whatever is asked', () => {
    const evidence = noEvidence(labs.get('udp-echo') as Lab)
    expect(judge(evidence, [need('a', fact), unless('b', fact)]).verdict).toBe('not-yet')
  })

  test('is passed with the steps that prove it, no with what contradicts, not yet with what is missing', async () => {
    const evidence = await run('udp-aligned')
    expect(judge(evidence, [need('a', fact)])).toMatchObject({
      verdict: 'passed',
      points: [{ key: 'a', there: true, steps: [3] }],
    })
    expect(judge(evidence, [need('a', fact), unless('b', fact)])).toMatchObject({
      verdict: 'no',
      against: { key: 'b', steps: [3] },
    })
    const missing = judge(evidence, [need('a', fact), need('c', nothing)])
    expect([missing.verdict, saysOf(missing)]).toEqual(['not-yet', 'c'])
  })

  test('cannot be told where what is missing could not be seen', async () => {
    const evidence = await run('udp-aligned')
    const verdict = judge(evidence, [need('a', { found: [], unseen: 'blind-packets' })])
    expect([verdict.verdict, saysOf(verdict)]).toEqual(['cannot-tell', 'blind-packets'])
  })

  test('contradicts nothing while more can come, and does not pass what may still be contradicted', async () => {
    const early = (events: readonly BenchEvent[]) => events.filter(({ kind }) => kind !== 'settled' && kind !== 'upto')
    const evidence = await run('udp-aligned', 'py-py', early)
    expect(judge(evidence, [need('a', fact), unless('b', fact)]).verdict).toBe('not-yet')
    expect(judge(evidence, [need('a', fact), unless('b', nothing)]).verdict).toBe('not-yet')
    expect(judge(evidence, [need('a', fact)]).verdict).toBe('passed')
  })

  test('on a recording proves nothing of its reader, but for what is marked in it', async () => {
    const { lab, events } = await recorded('udp-echo', 'py-py')
    const check = (await checksOf(lab))?.tasks?.echo
    if (!check) throw new Error('There is no such task.')
    expect(verdictOn(check, evidenceOf(lab, events, undefined, false))).toMatchObject({
      verdict: 'cannot-tell',
      reason: 'recorded',
    })
    expect(verdictOn(check, evidenceOf(lab, events, undefined, true)).verdict).toBe('not-yet')
  })
})
