import { expect, it } from 'vitest'
import { bellsOf } from '../../site/pictures/bells.ts'
import { beltsOf, LATE } from '../../site/pictures/belts.ts'
import { livesOf } from '../../site/pictures/lives.ts'
import { PICTURES } from '../../site/pictures/pictures.ts'
import { framesOf, segmentsOf, tapeOf } from '../../site/pictures/tape.ts'
import { bouncesOf, ownersOf } from '../../site/pictures/trays.ts'
import { recordedStory } from '../../site/recordings.ts'
import { t } from '../../site/words.ts'

const told = (mixture: string) =>
  livesOf(recordedStory('socket-life', mixture)).map(({ program, notches }) => [
    program,
    ...notches.map(({ name, state }) => `${name} ${state}`.trim()),
  ])

it('three sockets live in lab 6a, the one that accept gave right after the one that listens', () => {
  expect(told('py-py')).toEqual([
    ['server', 'socket CLOSED', 'bind CLOSED', 'listen LISTEN', 'accept LISTEN', 'close'],
    ['server', 'ESTABLISHED', expect.stringMatching(/^recv (ESTABLISHED|CLOSE-WAIT)$/), 'close'],
    ['client', 'socket CLOSED', 'connect ESTABLISHED', 'sendall ESTABLISHED', 'close'],
  ])
})

it('each notch of a life has a place of its own, but for accept and what it gave', () => {
  const notches = livesOf(recordedStory('socket-life', 'py-py')).flatMap((life) => life.notches)
  const places = notches.map(({ at }) => at)
  expect(new Set(places).size).toBe(places.length - 1)
  const shared = notches.filter(({ at }) => places.indexOf(at) !== places.lastIndexOf(at))
  expect(shared.map(({ name }) => name)).toEqual(['accept', ''])
})

it.each(['py-py', 'ts-ts'])('the port of lab 4a has three owners at one moment, in %s', (mixture) => {
  const owners = ownersOf(recordedStory('port-taken', mixture))
  expect(
    owners.map(({ program, protocol, address, port }) => `${program} ${protocol} ${address} ${port}`).sort(),
  ).toEqual(['holder tcp 127.0.0.1 12825', 'others tcp 127.0.0.2 12825', 'others udp 127.0.0.1 12825'])
})

it('what comes for a port that nobody has goes back, and what comes for one that is bound is no sign of that', () => {
  expect(bouncesOf(recordedStory('port-nobody', 'py-py'))).toEqual([{ protocol: 'tcp', port: 12826 }])
  expect(bouncesOf(recordedStory('udp-as-found', 'py-py'))).toEqual([{ protocol: 'udp', port: 12821 }])
  expect(bouncesOf(recordedStory('udp-aligned', 'py-py'))).toEqual([])
})

it('the stream of lab 13e has three frames, and is cut inside 数 and inside a length', () => {
  const { bytes, pieces, frames } = tapeOf(recordedStory('tcp-frames', 'py-py-py'), 'relay', 'receive')
  expect(frames.map(({ text }) => text)).toEqual(['数据', '', expect.stringMatching(/^\w{8}$/)])
  expect(bytes).toHaveLength(26)
  expect(pieces.map(({ from }) => from)).toEqual([0, ...pieces.slice(0, -1).map(({ to }) => to)])
  expect(pieces.at(-1)?.to).toBe(26)
  const cuts = pieces.map(({ to }) => to)
  expect(cuts.some((at) => at === 5 || at === 6)).toBe(true)
  expect(cuts.some((at) => frames.some(({ header }) => at > header.from && at < header.to))).toBe(true)
})

it('a frame that is not complete is none', () => {
  expect(framesOf([0, 0, 0, 0, 0, 0, 0, 2, 104])).toHaveLength(1)
  expect(framesOf([0, 0, 0, 2, 104, 105])).toMatchObject([{ text: 'hi', message: { from: 4, to: 6 } }])
})

it('a part that goes over the end of a row has a segment in each, and one label', () => {
  expect(segmentsOf({ from: 5, to: 15 }, 8)).toEqual([
    { from: 5, to: 8, row: 0, opens: false, closes: true, labelled: false },
    { from: 8, to: 15, row: 1, opens: true, closes: false, labelled: true },
  ])
  expect(segmentsOf({ from: 4, to: 4 }, 8)).toEqual([])
})

it('a recording that is not there stops the build with its name', () => {
  expect(() => recordedStory('socket-life', 'py-c')).toThrow(
    'has no recording py-c. Make it: npm run record socket-life',
  )
})

it('the belts of lab 18c say what its watcher printed, and begin with the first message', () => {
  const [udp, tcp] = beltsOf(recordedStory('compare-game', 'py-py'))
  expect([udp?.by, tcp?.by]).toEqual(['udp', 'tcp'])
  expect(Math.min(...[udp, tcp].flatMap((belt) => belt?.pieces.map(({ sent }) => sent) ?? []))).toBe(0)
  expect(udp?.came).toBeLessThan(40)
  expect(udp?.came).toBe(udp?.pieces.filter(({ came }) => came !== null).length)
  expect(tcp?.came).toBe(40)
  expect(tcp?.worst).toBeGreaterThan(LATE)
  const late = tcp?.pieces.filter(({ sent, came }) => (came ?? 0) - sent > LATE)
  expect(tcp?.pieces.filter(({ isLate }) => isLate)).toEqual(late)
})

it.each(PICTURES)('the picture %s has a title, a description and a caption in both languages', (id) => {
  const belts = { sent: 1, udp: 1, udpMedian: 1, udpWorst: 1, tcp: 1, tcpMedian: 1, tcpWorst: 1 }
  const values = {
    ...belts,
    bytes: 1,
    link: 1,
    ip: 1,
    udp: 1,
    payload: 1,
    right: '',
    text: '',
    wrong: '',
    other: '',
    taken: 1,
    tcp: 1,
    pieces: 1,
    lengths: 1,
  }
  for (const lang of ['en', 'zh'] as const) {
    for (const part of ['title', 'desc', 'caption']) expect(t(lang, `picture.${id}.${part}`, values)).toMatch(/\S/)
  }
})

it.each(['py-py', 'ts-ts', 'py-ts', 'ts-py'])(
  'every socket of lab 2b is wired to the bells it answered (%s)',
  (mixture) => {
    const { bells, listeners } = bellsOf(recordedStory('ip-four-binds', mixture))
    expect(bells.map(({ name, address }) => `${name} ${address ?? ''}`)).toEqual([
      'lo 127.0.0.1',
      'lo 127.0.0.77',
      'lo ::1',
      'eth0 ',
    ])
    expect(listeners.map(({ address, answers }) => [address, ...answers])).toEqual([
      ['127.0.0.1', 'seen', 'no', 'no', 'no'],
      ['0.0.0.0', 'seen', 'seen', 'no', 'untried'],
      ['::1', 'no', 'no', 'seen', 'no'],
      ['::', 'seen', 'seen', 'seen', 'untried'],
    ])
  },
)
