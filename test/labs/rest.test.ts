import { describe, expect, test } from 'vitest'
import { Rest } from '../../labs/checks/rest.ts'
import { type BenchEvent, type Happening, INSTRUMENTS, type SocketRow } from '../../labs/events.ts'

/** What has been told, one thing each ms. */
function rest(...happenings: Happening[]): Rest {
  const told = new Rest()
  for (const [t, happening] of happenings.entries()) told.take({ ...happening, n: t + 1, t } as BenchEvent)
  return told
}
const starting = (program: string, run = 1): Happening => {
  return { kind: 'starting', program, run, language: 'ts', columns: 80, rows: 24 }
}
const exited = (program: string, run = 1): Happening => {
  return { kind: 'exited', program, run, code: 0, signal: null, stopped: false }
}
const waits = (syscall: string | null, run = 1): Happening => ({ kind: 'waits', program: 'receive', run, syscall })
const row = (state: string, sendQueue = 0): SocketRow => ({
  id: '1',
  protocol: 'tcp',
  state,
  local: null,
  remote: null,
  receiveQueue: 0,
  sendQueue,
  owner: null,
})
const table = (...rows: SocketRow[]): Happening => ({ kind: 'sockets', host: 'here', rows, gone: [] })
const all = (upTo: number): Happening[] => INSTRUMENTS.map((instrument) => ({ kind: 'upto', instrument, upTo }))
const settled: Happening = { kind: 'settled' }

describe('a run has settled', () => {
  test('when the last program has ended and everything has been told', () => {
    expect(rest(starting('receive'), starting('send', 2), exited('send', 2), settled).isSettled).toBe(false)
    expect(rest(starting('receive'), exited('receive')).isSettled).toBe(false)
    expect(rest(starting('receive'), exited('receive'), settled).isSettled).toBe(true)
  })

  test('not before it began, and not when it was begun anew', () => {
    expect(rest().isSettled).toBe(false)
    expect(rest(starting('receive'), exited('receive'), settled, starting('send', 2)).isSettled).toBe(false)
  })

  test('when a view of the machine has ended, which no instrument tells of', () => {
    expect(rest(starting('addresses')).isSettled).toBe(false)
    expect(rest(starting('addresses'), exited('addresses')).isSettled).toBe(true)
  })
})

describe('a run is still', () => {
  const waiting = [starting('receive'), waits('accept4')]

  test('when every program waits in the kernel and instruments have told all there was', () => {
    expect(rest(...waiting, ...all(1)).isStill).toBe(true)
    expect(rest(...waiting, ...all(0)).isStill).toBe(false)
    expect(rest(...waiting, ...all(1).slice(1)).isStill).toBe(false)
    expect(rest(starting('receive'), ...all(9)).isStill).toBe(false)
    expect(rest(...waiting, waits(null), ...all(9)).isStill).toBe(false)
    expect(rest(...waiting, starting('send', 2), ...all(9)).isStill).toBe(false)
  })

  test('not when nothing runs', () => {
    expect(rest(...all(9)).isStill).toBe(false)
    expect(rest(...waiting, exited('receive'), ...all(9)).isStill).toBe(false)
  })

  test.each(['poll', 'select', 'clock_nanosleep'])('not while a program has set itself a time, in %s', (syscall) => {
    expect(rest(starting('receive'), waits(syscall), ...all(9)).isStill).toBe(false)
  })

  test.each([row('SYN-SENT'), row('LAST-ACK'), row('ESTABLISHED', 4)])(
    'not while a kernel waits for an answer: %j',
    (one) => {
      expect(rest(...waiting, table(one), ...all(9)).isStill).toBe(false)
      expect(rest(...waiting, table(one), table(row('ESTABLISHED')), ...all(9)).isStill).toBe(true)
      expect(
        rest(...waiting, table(one), { kind: 'sockets', host: 'here', rows: [], gone: ['1'] }, ...all(9)).isStill,
      ).toBe(true)
      expect(
        rest(...waiting, table(one), { kind: 'sockets', host: 'here', rows: [], gone: [], whole: true }, ...all(9))
          .isStill,
      ).toBe(true)
    },
  )

  test('when a server listens, whose queue is no matter of waiting for an answer', () => {
    expect(rest(...waiting, table(row('LISTEN', 128)), ...all(9)).isStill).toBe(true)
  })

  test('also where an instrument does not work, which will tell nothing more', () => {
    const blind: Happening = { kind: 'blind', instrument: 'packets', detail: 'no rights' }
    const others = all(9).filter((one) => one.kind === 'upto' && one.instrument !== 'packets')
    expect(rest(...waiting, blind, ...others).isStill).toBe(true)
    expect([...rest(blind).blind]).toEqual([['packets', 'no rights']])
  })

  test('and says who runs, without shells', () => {
    const shell = starting('shell@here', 3)
    expect(rest(starting('receive'), starting('send', 2), shell, exited('receive')).running).toEqual(['send'])
  })
})
