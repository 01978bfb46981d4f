import { describe, expect, test } from 'vitest'
import en from '../../content/ui/en/panels.json' with { type: 'json' }
import zh from '../../content/ui/zh/panels.json' with { type: 'json' }
import type { StateChange, Story, TcpState } from '../../labs/checks/story.ts'
import { address, rowsOf } from '../../site/bench/sockets/rows.ts'
import { diagramOf } from '../../site/bench/sockets/states.ts'
import type { Cast } from '../../site/bench/story/cast.ts'
import { endpoint, StoryMaker } from '../helpers/story-maker.ts'

const cast: Cast = {
  programs: [
    { name: 'server', end: 'waits', host: 'here' },
    { name: 'client', end: 'begins', host: 'here' },
  ],
  hosts: [{ name: 'here', addresses: ['127.0.0.1'] }],
  wires: [],
}
const S = endpoint('127.0.0.1:12824')
const C = endpoint('127.0.0.1:41066')

/** A server that listens, and a connection that it has not accepted yet. */
function handshake(): Story {
  const maker = new StoryMaker(cast)
  const owner = { program: 'server', run: 1, descriptor: 3 }
  maker.starts('server', 'py')
  const listener = { id: 'l', program: 'server', owner, local: S, state: 'LISTEN', sendQueue: 128 }
  maker.call('server', { name: 'listen', deed: 'listen' }, { sockets: [listener] })
  const connection = { id: 's', program: 'server', local: S, remote: C, state: 'SYN-RECEIVED', derived: true }
  maker.packet({ source: '127.0.0.1:41066', destination: '127.0.0.1:12824', tcp: ['SYN'] }, { sockets: [connection] })
  maker.packet(
    { source: '127.0.0.1:41066', destination: '127.0.0.1:12824', tcp: ['ACK'] },
    {
      sockets: [
        { id: 's', state: 'ESTABLISHED', derived: false },
        { id: 'l', receiveQueue: 1 },
      ],
    },
  )
  maker.call(
    'server',
    { name: 'accept', deed: 'accept' },
    {
      sockets: [
        { id: 's', owner: { ...owner, descriptor: 4 } },
        { id: 'l', receiveQueue: 0 },
      ],
    },
  )
  maker.ends('server', { code: 0, signal: null }, { sockets: [{ id: 's', owner: null, state: 'TIME-WAIT' }] })
  return maker.story()
}
const row = (at: number, id: string, words = en) => rowsOf(handshake(), at, words).find((one) => one.id === id)

describe('a row', () => {
  test('of a listener tells its queue, and how many may wait in it', () => {
    expect(row(4, 'l')).toMatchObject({
      program: 'server',
      protocol: 'TCP',
      state: { now: 'LISTEN', was: null },
      local: { now: '127.0.0.1:12824', was: null },
      remote: { now: 'any', was: null },
      receiveQueue: { now: '1', was: '0' },
      room: 'of 128',
      sendQueue: { now: '–', was: null },
      holder: { now: 'server.py', was: null },
    })
    expect(row(4, 'l', zh)?.room).toBe('上限128')
  })

  test('tells what stood in it before the step, and only then', () => {
    expect(row(4, 's')?.state).toEqual({ now: 'ESTABLISHED', was: 'SYN-RECEIVED' })
    expect(row(5, 's')?.state).toEqual({ now: 'ESTABLISHED', was: null })
  })

  test('tells that a state is derived', () => {
    expect([row(3, 's')?.derived, row(4, 's')?.derived]).toEqual([true, false])
  })

  test('of a connection that nobody has accepted is held by no program yet', () => {
    expect(row(4, 's')).toMatchObject({ unheld: true, holder: { now: 'no program yet', was: null } })
    expect(row(5, 's')).toMatchObject({ unheld: false, holder: { now: 'server.py', was: 'no program yet' } })
  })

  test('of a connection that the kernel keeps is held by no program any more', () => {
    expect(row(6, 's')).toMatchObject({ unheld: true, holder: { now: 'no program any more', was: 'server.py' } })
  })

  test('of a connection that is asked for is held by the program that asks', () => {
    const maker = new StoryMaker(cast)
    maker.starts('client', 'ts')
    const asking = { id: 'c', program: 'client', local: C, remote: S, state: 'SYN-SENT', derived: true } as const
    maker.packet({ source: '127.0.0.1:41066', destination: '127.0.0.1:12824', tcp: ['SYN'] }, { sockets: [asking] })
    expect(rowsOf(maker.story(), 2, en)).toMatchObject([{ unheld: false, holder: { now: 'client.ts', was: null } }])
  })

  test('leads to the latest step that concerns it', () => {
    expect([row(2, 'l')?.step, row(3, 'l')?.step, row(4, 'l')?.step]).toEqual([2, 2, 4])
  })
})

test('an address of IPv6 stands in brackets before its port', () => {
  expect(address({ address: '::1', port: 80 })).toBe('[::1]:80')
  expect(address(S)).toBe('127.0.0.1:12824')
  expect(address(null)).toBe(null)
})

describe('the diagram', () => {
  /** Both ends of a connection, each given by the states it goes through. */
  const story = (server: readonly TcpState[], client: readonly TcpState[], listener?: readonly TcpState[]): Story => {
    const track = (program: string, socket: string, states: readonly TcpState[]) =>
      states.slice(1).map((to, index): StateChange & { at: number } => ({
        at: index + 1,
        host: 'here',
        program,
        socket,
        from: states[index] as TcpState,
        to,
        derived: false,
      }))
    const changes = [
      ...(listener ? track('server', 'l', listener) : []),
      ...track('server', 's', server),
      ...track('client', 'c', client),
    ]
    return { ...new StoryMaker(cast).story(), statesAt: () => changes }
  }
  const boxes = (...states: Parameters<typeof story>) => {
    const diagram = diagramOf(story(...states), 9, null, cast)
    const named = (wanted: 'here' | 'been') =>
      Object.fromEntries(
        diagram?.boxes.filter((box) => box[wanted].length > 0).map((box) => [box.name, box[wanted]]) ?? [],
      )
    return { here: named('here'), been: named('been'), diagram }
  }

  test('lights where both ends are, and keeps the way each came in its own colour', () => {
    const { here, been, diagram } = boxes(
      ['CLOSED', 'SYN-RECEIVED', 'ESTABLISHED'],
      ['CLOSED', 'SYN-SENT', 'ESTABLISHED'],
      ['CLOSED', 'LISTEN'],
    )
    expect(here).toEqual({ LISTEN: ['waits'], ESTABLISHED: ['waits', 'begins'] })
    expect(been).toEqual({ CLOSED: ['waits', 'begins'], 'SYN-SENT': ['begins'], 'SYN-RECEIVED': ['waits'] })
    expect(diagram?.boxes.find(({ name }) => name === 'LISTEN')?.half).toBe(true)
    expect(diagram?.ways.filter(({ end }) => end === 'waits')).toHaveLength(3)
    expect(diagram?.ways.filter(({ end }) => end === 'begins')).toHaveLength(2)
    expect(diagram?.ways.at(-1)?.end).not.toBe(null)
  })

  test('goes on to the end: who closes first waits in TIME-WAIT', () => {
    const { here } = boxes(
      ['LISTEN', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'LAST-ACK', 'CLOSED'],
      ['CLOSED', 'SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT'],
    )
    expect(here).toEqual({ ENDED: ['waits'], 'TIME-WAIT': ['begins'] })
  })

  test('of a refused connection leads back to where it began, by a way of its own', () => {
    const { here, diagram } = boxes([], ['CLOSED', 'SYN-SENT', 'CLOSED'], ['CLOSED', 'LISTEN'])
    expect(here).toEqual({ LISTEN: ['waits'], CLOSED: ['begins'] })
    expect(diagram?.boxes.find(({ name }) => name === 'LISTEN')?.half).toBe(false)
    expect(diagram?.ways.filter(({ abrupt }) => abrupt)).toHaveLength(1)
  })

  test('of a reset connection leads to the end, abruptly', () => {
    const { here, diagram } = boxes(['CLOSED', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSED'], [])
    expect(here).toEqual({ ENDED: ['waits'] })
    expect(diagram?.ways.filter(({ abrupt }) => abrupt)).toHaveLength(1)
  })

  test('is told in words as well', () => {
    const { diagram } = boxes(['LISTEN', 'SYN-RECEIVED'], ['CLOSED', 'SYN-SENT'], ['CLOSED', 'LISTEN'])
    expect(diagram?.tracks).toEqual([
      { end: 'waits', listens: true, states: ['CLOSED', 'LISTEN'] },
      { end: 'waits', listens: false, states: ['LISTEN', 'SYN-RECEIVED'] },
      { end: 'begins', listens: false, states: ['CLOSED', 'SYN-SENT'] },
    ])
  })

  test('is not there where there is no TCP', () => {
    expect(diagramOf(new StoryMaker(cast).story(), 0, null, cast)).toBe(null)
  })
})
