import { expect, test } from 'vitest'
import type { Observation } from '../../labs/events.ts'
import { CallShare } from '../../labs/instruments/call-share.ts'
import { recordedStory } from '../../site/recordings.ts'

const told = { program: 'a', run: 1, socket: null, line: 1 }
const call = (number: number): Observation => ({
  kind: 'call',
  call: number,
  name: 'send',
  deed: 'send',
  args: '',
  bytes: null,
  ...told,
})
const back = (number: number): Observation => ({
  kind: 'return',
  call: number,
  value: null,
  error: null,
  bytes: null,
  peer: null,
  accepted: null,
  ...told,
})
const heard: Observation = {
  kind: 'heard',
  event: 'message',
  deed: 'receive',
  value: null,
  error: null,
  bytes: null,
  peer: null,
  accepted: null,
  ...told,
}

test('the first calls are told with what they gave, also when that comes later; the others are counted', () => {
  const share = new CallShare(2)
  const takes = [call(1), call(2), call(3), back(2), back(3), back(1)].map((one, t) => share.takes(one, t))
  expect(takes).toEqual([true, true, false, true, false, true])
  expect(share.missing).toEqual({ kind: 'missing', what: 'calls', why: 'let-go', count: 1, since: 2, until: 2 })
})

test('events have a share of their own', () => {
  const share = new CallShare(1)
  expect([call(1), heard, heard, heard].map((one, t) => share.takes(one, t))).toEqual([true, true, false, false])
  expect(share.missing).toMatchObject({ count: 2, since: 2, until: 3 })
})

test('where a lab says nothing, all is told and nothing is missing', () => {
  const share = new CallShare(null)
  expect([1, 2, 3].every((number) => share.takes(call(number), number))).toBe(true)
  expect(share.missing).toBeNull()
})

test('a lab that keeps the first 24 calls of each run says of the others that they were let go', () => {
  const { calls, steps } = recordedStory('compare-price', 'py-py')
  for (const program of ['ask', 'answer']) expect(calls.filter((one) => one.program === program)).toHaveLength(24)
  const gaps = steps.flatMap((step) => (step.kind === 'gap' && step.what === 'calls' ? [step] : []))
  expect(gaps.map(({ why }) => why)).toEqual(['let-go', 'let-go'])
  for (const { count } of gaps) expect(count).toBeGreaterThan(300)
})
