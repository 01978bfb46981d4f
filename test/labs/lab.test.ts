import { describe, expect, it } from 'vitest'
import { readLab } from '../../labs/lab.ts'

const lab = (frames: unknown) => readLab('x', { number: '1', programs: [{ name: 'a', end: 'waits' }], frames }).frames

describe('how much a lab keeps of its frames', () => {
  it.each([
    [undefined, { bytes: 65_535, first: null }],
    ['whole', { bytes: 65_535, first: null }],
    ['counters', null],
    [{ bytes: 128 }, { bytes: 128, first: null }],
    [{ first: 500 }, { bytes: 65_535, first: 500 }],
    [
      { bytes: 64, first: 1 },
      { bytes: 64, first: 1 },
    ],
  ])('%j is %j', (frames, kept) => {
    expect(lab(frames)).toEqual(kept)
  })

  it.each([
    ['all', "`frames` must be 'whole', 'counters', or `{ bytes, first }`"],
    [{}, '`frames` must be'],
    [{ bytes: 1, last: 2 }, '`frames` must be'],
    [null, '`frames` must be'],
    [7, '`frames` must be'],
    [{ bytes: 0 }, '`frames.bytes` is `0`; it must be a whole number from 1 to 65535'],
    [{ first: 1.5 }, '`frames.first` is `1.5`'],
    [{ first: '3' }, '`frames.first` is `3`'],
    [{ bytes: 65_536 }, '`frames.bytes` is `65536`'],
  ])('%j is refused', (frames, sentence) => {
    expect(() => lab(frames)).toThrow(`labs/catalog/x/lab.ts: ${sentence}`)
  })
})

describe('how many calls of each run a lab tells of', () => {
  const calls = (given: unknown) =>
    readLab('x', { number: '1', programs: [{ name: 'a', end: 'waits' }], calls: given }).calls

  it.each([
    [undefined, null],
    ['whole', null],
    [{ first: 24 }, 24],
  ])('%j is %j', (given, told) => {
    expect(calls(given)).toBe(told)
  })

  it.each([
    ['none', "`calls` must be 'whole' or `{ first }`"],
    [{}, '`calls` must be'],
    [{ first: 1, last: 2 }, '`calls` must be'],
    [{ first: 0 }, '`calls.first` is `0`; it must be a whole number from 1 to 2000'],
    [{ first: 2001 }, '`calls.first` is `2001`'],
  ])('%j is refused', (given, sentence) => {
    expect(() => calls(given)).toThrow(`labs/catalog/x/lab.ts: ${sentence}`)
  })
})

describe('how many descriptors a program may have', () => {
  const program = (descriptors: unknown) =>
    readLab('x', { number: '1', programs: [{ name: 'a', end: 'waits', descriptors }] }).programs[0]?.descriptors

  it('is as many as a lab says, and otherwise as many as any program', () => {
    expect(program(40)).toBe(40)
    expect(program(undefined)).toBe(null)
  })

  it.each([31, 1025, 40.5, '40', true])('%j is refused', (descriptors) => {
    const sentence = `\`descriptors\` of \`a\` is \`${descriptors}\`; it must be a whole number from 32 to 1024`
    expect(() => program(descriptors)).toThrow(`labs/catalog/x/lab.ts: ${sentence}`)
  })
})
