import { describe, expect, test } from 'vitest'
import { asksOf, shareOf, stateOf } from '../../../site/learn/contents.ts'
import { diffOf, hunksOf } from '../../../site/learn/diff.ts'
import { merged, NOTHING_DONE, type Progress, progressText, readProgress } from '../../../site/learn/progress.ts'
import { fileText, readFile } from '../../../site/learn/progress-file.ts'
import { orderOf } from '../../../site/learn/shuffle.ts'

const [EARLY, LATE] = ['2026-08-01T10:00:00.000Z', '2026-08-02T10:00:00.000Z']

const DONE: Progress = {
  lessons: { 'udp/one': { seen: EARLY, read: LATE } },
  labs: { 'udp-echo': { run: LATE } },
  predictions: { 'udp-as-found/sender': { choice: 'quiet', shown: 'quiet', when: EARLY } },
  tasks: { 'udp-echo/echo': { passed: LATE } },
  quizzes: { 'udp/one/what': { right: false, tries: 1, when: EARLY } },
  last: { lesson: 'udp/one', section: 'dropped-not-refused', when: LATE },
}

const refused = (text: string) => {
  const read = readProgress(text)
  return 'trouble' in read ? read.trouble : 'read'
}
const like = (change: object) => JSON.stringify({ ...JSON.parse(progressText(DONE)), ...change })

describe('progress', () => {
  test('comes back from its file as it was', () => {
    expect(readProgress(progressText(DONE))).toEqual({ progress: DONE })
    expect(readProgress(progressText(NOTHING_DONE))).toEqual({ progress: NOTHING_DONE })
  })

  test('keeps lessons and tasks that this course does not know', () => {
    const other = { ...DONE, tasks: { 'a-lab-of-tomorrow/task': { passed: EARLY } } }
    expect(readProgress(progressText(other))).toEqual({ progress: other })
  })

  test('is refused where the file is not ours, of another version, or broken, each for its reason', () => {
    expect(refused('no json')).toEqual({ kind: 'not-ours' })
    expect(refused('[]')).toEqual({ kind: 'not-ours' })
    expect(refused('{"format":"something else","version":1}')).toEqual({ kind: 'not-ours' })
    expect(refused(like({ version: 2 }))).toEqual({ kind: 'other-version', found: 2, known: 1 })
    expect(refused(like({ tasks: [] }))).toMatchObject({ kind: 'broken' })
    expect(refused(like({ tasks: { x: { passed: 'yesterday, I think' } } }))).toMatchObject({ kind: 'broken' })
    expect(refused(like({ quizzes: { x: { right: true, tries: -1, when: EARLY } } }))).toMatchObject({ kind: 'broken' })
    expect(refused(like({ lessons: { x: null } }))).toMatchObject({ kind: 'broken' })
  })

  test('of two browsers together loses nothing; what was passed first or answered better counts', () => {
    const other: Progress = {
      ...NOTHING_DONE,
      lessons: { 'udp/one': { seen: LATE }, 'tcp/two': { seen: LATE } },
      tasks: { 'udp-echo/echo': { passed: EARLY }, 'x/y': { passed: LATE } },
      predictions: { 'udp-as-found/sender': { choice: 'error', shown: null, when: EARLY } },
      quizzes: { 'udp/one/what': { right: true, tries: 2, when: LATE } },
    }
    const both = merged(DONE, other)
    expect(both.lessons).toEqual({ 'udp/one': { seen: EARLY, read: LATE }, 'tcp/two': { seen: LATE } })
    expect(both.tasks).toEqual({ 'udp-echo/echo': { passed: EARLY }, 'x/y': { passed: LATE } })
    expect(both.predictions['udp-as-found/sender']).toEqual(DONE.predictions['udp-as-found/sender'])
    expect(both.quizzes['udp/one/what']).toEqual({ right: true, tries: 2, when: LATE })
    expect(both.last).toEqual(DONE.last)
    expect(merged(other, DONE)).toEqual(both)
    expect(merged(DONE, NOTHING_DONE)).toEqual(DONE)
  })
})

describe('a file of progress', () => {
  const mine = {
    text: '# mine',
    reason: 'edited',
    base: '1-2',
    history: [{ text: '#', reason: 'edited', at: 5 }],
  } as const
  const programs = { 'udp-echo': { 'echo.py': mine } }
  const refusal = (text: string) => {
    const read = readFile(text)
    return 'trouble' in read ? read.trouble : 'read'
  }
  const withPrograms = (value: unknown) => JSON.stringify({ ...JSON.parse(fileText(DONE, {})), programs: value })

  test('carries own versions of programs with what stood there before; one without them is read as well', () => {
    expect(readFile(fileText(DONE, programs))).toEqual({ progress: DONE, programs })
    expect(readFile(progressText(DONE))).toEqual({ progress: DONE, programs: {} })
    // A course that knows of no programs reads the rest.
    expect(readProgress(fileText(DONE, programs))).toEqual({ progress: DONE })
  })

  test('is refused as a whole, in a sentence, where a program in it cannot be read', () => {
    const detail = (value: unknown) => (refusal(withPrograms(value)) as { detail: string }).detail
    expect(detail([])).toBe('`programs` is no list of programs')
    expect(detail({ 'udp-echo': { 'echo.py': { text: 5 } } })).toBe(
      'the program `udp-echo/echo.py` has no text or no history that can be read',
    )
    expect(detail({ 'udp-echo': { 'echo.rb': mine } })).toContain('`echo.rb`, which is no name there')
    expect(detail({ '../x': {} })).toContain('`../x`, which is no name there')
    expect(refusal('{"programs":{}}')).toEqual({ kind: 'not-ours' })
    expect(refusal(fileText(DONE, programs).replace('"version": 1', '"version": 2'))).toMatchObject({
      kind: 'other-version',
    })
  })
})

describe('the state of a lesson', () => {
  const lesson = [
    '<Predict id="sender" lab="udp-as-found">',
    '<Lab id="udp-as-found" />',
    "<Task id='echo' lab='udp-echo'>",
    '<Quiz id="what">',
    '```mdx',
    '<Quiz id="only-shown">',
    '```',
  ].join('\n')

  test('goes by what stands in its text', () => {
    expect(asksOf(lesson)).toEqual({
      labs: ['udp-as-found'],
      predictions: ['udp-as-found/sender'],
      tasks: ['udp-echo/echo'],
      quizzes: ['what'],
    })
  })

  test('counts what was done of it, and what is to be tried again', () => {
    const state = stateOf('udp/one', asksOf(lesson), DONE)
    expect(state).toMatchObject({ seen: true, read: true, run: 0, predicted: 1, passed: 1, answered: 0, again: 1 })
    expect(state.complete).toBe(false)
    expect(shareOf(asksOf(lesson), state)).toBeCloseTo(3 / 5)
    const right = { ...DONE, quizzes: { 'udp/one/what': { right: true, tries: 2, when: LATE } } }
    expect(stateOf('udp/one', asksOf(lesson), right).complete).toBe(true)
    expect(stateOf('udp/other', asksOf(lesson), NOTHING_DONE).seen).toBe(false)
  })
})

test('a difference keeps what both texts have, and shows only what is near a change', () => {
  const lines = diffOf('a\nb\nc\nd\ne\nf\n', 'a\nb\nc\nX\nd\nf\n')
  expect(lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    'same a',
    'same b',
    'same c',
    'new X',
    'same d',
    'gone e',
    'same f',
  ])
  expect(hunksOf(lines, 1).map((line) => line?.text ?? null)).toEqual(['c', 'X', 'd', 'e', 'f'])
  expect(hunksOf(diffOf('a\nb\nc\nd\nX\n', 'a\nb\nc\nd\nY\n'), 1).map((line) => line?.text ?? null)).toEqual([
    'd',
    'X',
    'Y',
  ])
})

test('options stand in an order that follows from the visit, and is another one at most others', () => {
  expect(orderOf(4, 7, 'a')).toEqual(orderOf(4, 7, 'a'))
  expect([...orderOf(4, 7, 'a')].sort()).toEqual([0, 1, 2, 3])
  const orders = new Set(Array.from({ length: 40 }, (_, seed) => orderOf(4, seed * 7919, 'a').join('')))
  expect(orders.size).toBeGreaterThan(10)
})
