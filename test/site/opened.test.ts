import { describe, expect, test } from 'vitest'
import { keep, type Opening, opened, panelsIn } from '../../site/bench/opened.ts'

const usual: Opening = {
  show: ['code', 'terminal'],
  withRun: ['wire'],
  kept: [],
  pressed: {},
  hasRun: false,
}
const open = (change: Partial<Opening>) => opened({ ...usual, ...change })

describe('a lab', () => {
  test('opens with what its author shows, and no more', () => {
    expect(open({})).toEqual(['code', 'terminal'])
    expect(open({ show: ['terminal'] })).toEqual(['terminal'])
  })

  test('shows with the first run what is to come with it, and always terminals', () => {
    expect(open({ hasRun: true })).toEqual(['code', 'terminal', 'wire'])
    expect(open({ show: ['code'], withRun: [], hasRun: true })).toEqual(['code', 'terminal'])
  })

  test('keeps open what its reader opened anywhere; what shows a run comes with the run', () => {
    const kept = ['code', 'sockets'] as const
    expect(open({ show: ['terminal'], kept })).toEqual(['code', 'terminal'])
    expect(open({ show: ['terminal'], kept, hasRun: true })).toEqual(['code', 'terminal', 'wire', 'sockets'])
  })

  test('obeys what was pressed in it, before and after a run', () => {
    const pressed = { wire: true, code: false }
    expect(open({ pressed })).toEqual(['terminal', 'wire'])
    expect(open({ pressed: { wire: false, terminal: false }, kept: ['wire'], hasRun: true })).toEqual(['code'])
  })
})

test('what is kept is what was opened and not closed since', () => {
  expect(keep([], 'sockets', true)).toEqual(['sockets'])
  expect(keep(['wire', 'sockets'], 'wire', false)).toEqual(['sockets'])
  expect(keep(['wire'], 'wire', true)).toEqual(['wire'])
})

test('panels are read from words', () => {
  expect(panelsIn('wire code')).toEqual(['code', 'wire'])
  expect(panelsIn(' radar ')).toEqual([])
})
