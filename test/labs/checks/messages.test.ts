import { describe, expect, it } from 'vitest'
import { agesOf, type Message, medianOf, messagesOf } from '../../../labs/checks/messages.ts'
import { findRecording } from '../../../labs/server/recordings.ts'
import { recordedStory } from '../../../site/recordings.ts'
import { COURSE } from '../../helpers/course.ts'
import { allLabs } from '../../helpers/labs.ts'
import { checksOf, evidenceOf } from '../../helpers/proof.ts'

const MIXTURES = ['ts-ts', 'ts-py', 'py-ts', 'py-py']
const WAY = { from: 'play', to: 'watch' }

describe.each(MIXTURES)('the messages of lab 18c in %s', (mixture) => {
  const story = recordedStory('compare-game', mixture)
  const messages = messagesOf(story, WAY)
  const by = (transport: Message['by']) => messages.filter((one) => one.by === transport)

  it('are forty by each transport, in the order of their numbers', () => {
    const numbers = Array.from({ length: 40 }, (_, index) => index + 1)
    for (const transport of ['udp', 'tcp'] as const) expect(by(transport).map(({ number }) => number)).toEqual(numbers)
  })

  it('all come by TCP, and by UDP just those that the wire delivered', () => {
    expect(by('tcp').every(({ came, arrived, sent }) => came !== null && arrived !== null && arrived > sent)).toBe(true)
    const lost = story.packets.filter(({ decoded, fate }) => decoded.udp !== null && fate === 'lost')
    expect(lost.length).toBeGreaterThan(0)
    expect(by('udp').filter(({ came }) => came === null)).toHaveLength(lost.length)
    expect(by('udp').filter(({ arrived }) => arrived === null)).toHaveLength(lost.length)
  })

  it('wait in the kernel of the other host by TCP alone', () => {
    const waited = messages.filter(({ came, arrived }) => came !== null && came - (arrived ?? 0) > 40e6)
    expect(new Set(waited.map((one) => one.by))).toEqual(new Set(['tcp']))
  })

  it('each stand at a step of the time line', () => {
    for (const { step } of messages) expect(story.steps[step - 1]?.at).toBe(step)
  })
})

it('ages are in the order of age, without what never came; the median is the one in the middle', () => {
  const message = (sent: number, came: number | null): Message => {
    return { number: 1, by: 'udp', sent: sent * 1e6, arrived: null, came: came === null ? null : came * 1e6, step: 0 }
  }
  const ages = agesOf([message(0, 50), message(10, null), message(20, 51), message(30, 70)])
  expect(ages).toEqual([31, 40, 50])
  expect(medianOf(ages)).toBe(40)
  expect(medianOf([1, 2])).toBe(2)
  expect(medianOf([])).toBeNull()
})

it('nobody else’s messages are taken for them', () => {
  const story = recordedStory('compare-game', 'py-py')
  expect(messagesOf(story, { from: 'watch', to: 'play' })).toEqual([])
  expect(messagesOf(recordedStory('udp-aligned', 'py-py'), { from: 'send', to: 'receive' })).toEqual([])
})

describe.each(MIXTURES)('what the recorded runs show to those who foretold them, in %s', (mixture) => {
  const shown = async (id: string, prediction: string) => {
    const lab = (await allLabs()).find((one) => one.id === id)
    const check = lab && (await checksOf(lab))?.predictions?.[prediction]
    const recording = lab && (await findRecording(COURSE, lab, mixture))
    if (!lab || !check || !recording) throw new Error(`${id} has no ${prediction}, or no recording.`)
    const run = evidenceOf(lab, recording.events, undefined, false)
    const saw = Object.entries(check.saw).filter(([, facts]) => facts(run).found.length > 0)
    return { option: check.shows(run)?.option, saw: saw.map(([name]) => name) }
  }

  it('a hundred questions cost hardly more packets by TCP', async () => {
    expect(await shown('compare-price', 'hundred')).toEqual({ option: 'nearly', saw: ['syn', 'fin'] })
  })

  it('by TCP some messages of a game are late, by UDP some are missing', async () => {
    expect(await shown('compare-game', 'late')).toEqual({ option: 'late', saw: ['lost', 'again'] })
  })

  it('TCP is faster in bulk, and what UDP lost was thrown away by the kernel of the receiver', async () => {
    expect(await shown('compare-speed', 'bulk')).toEqual({ option: 'tcp', saw: ['thrown'] })
  })

  it('of a file much is missing by UDP, because it did not fit on the wire', async () => {
    expect(await shown('compare-file', 'file')).toEqual({ option: 'much', saw: ['overflow', 'again'] })
  })
})
