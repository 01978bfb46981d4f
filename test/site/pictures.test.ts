import { expect, it } from 'vitest'
import { beltsOf, LATE } from '../../site/pictures/belts.ts'
import { livesOf } from '../../site/pictures/lives.ts'
import { PICTURES } from '../../site/pictures/pictures.ts'
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

it('a recording that is not there stops the build with its name', () => {
  expect(() => recordedStory('socket-life', 'py-c')).toThrow(
    'has no recording py-c. Make it: npm run record socket-life',
  )
})

it('the belts of lab 18b say what its watcher printed, and begin with the first message', () => {
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
  const values = { ...belts, bytes: 1, link: 1, ip: 1, udp: 1, payload: 1, right: '', text: '', wrong: '', other: '' }
  for (const lang of ['en', 'zh'] as const) {
    for (const part of ['title', 'desc', 'caption']) expect(t(lang, `picture.${id}.${part}`, values)).toMatch(/\S/)
  }
})
