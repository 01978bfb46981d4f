import { describe, expect, test } from 'vitest'
import en from '../../content/ui/en/panels.json' with { type: 'json' }
import zh from '../../content/ui/zh/panels.json' with { type: 'json' }
import type { Call, Doing, LineMark, Story } from '../../labs/checks/story.ts'
import type { ProgramSocket } from '../../labs/events.ts'
import { type CodeMarks, marksOf, missingOf, outcome } from '../../site/bench/code/marks.ts'
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
const socket = (change: Partial<ProgramSocket>): ProgramSocket => ({
  id: 1,
  protocol: 'tcp',
  descriptor: null,
  local: null,
  remote: null,
  ...change,
})

/** What stands at each line, read from the steps of a story in which every call has a line. */
function withLines(story: Story): Story {
  return {
    ...story,
    linesAt(at, program) {
      const marks = new Map<number, LineMark>()
      for (const step of story.steps.slice(0, at)) {
        if (step.program !== program || step.line === null || !('call' in step)) continue
        const times = (marks.get(step.line)?.times ?? 0) + (step.kind === 'returns' ? 0 : 1)
        marks.set(step.line, { line: step.line, step: step.at, call: step.call, times })
      }
      return [...marks.values()]
    },
  }
}

function server(): StoryMaker {
  const maker = new StoryMaker(cast)
  maker.starts('server', 'py')
  maker.call('server', { name: 'listen', deed: 'listen', line: 16 }, { line: 16 })
  return maker
}
const at = (marks: CodeMarks, line: number) => marks.lines.get(line)

describe('beside a line', () => {
  test('stands the step in which it ran, and what it gave', () => {
    const marks = marksOf(withLines(server().story()), 2, 'server', en)
    expect(marks.language).toBe('py')
    expect([...marks.lines]).toEqual([
      [16, { waits: null, armed: [], ran: { step: 2, text: 'listening', failed: false, later: false, times: 1 } }],
    ])
  })

  test('that waits stands in which call', () => {
    const maker = server()
    maker.waits('server', { name: 'accept', deed: 'accept', line: 19 }, { line: 19 })
    const story = withLines(maker.story())
    expect(at(marksOf(story, 3, 'server', en), 19)).toMatchObject({ waits: 'waiting in accept()', ran: { text: '…' } })
    expect(at(marksOf(story, 3, 'server', zh), 19)?.waits).toBe('在 accept() 中等待')
    expect(at(marksOf(story, 2, 'server', en), 19)?.waits).toBe(null)
  })

  test('that waits for an event stands which; no call is named that Node does not make', () => {
    const maker = server()
    const event = { name: "'connection'", event: true, deed: 'accept', line: 19 } as const
    maker.waits('server', event, { line: 19 })
    const story = maker.story()
    expect(at(marksOf(story, 3, 'server', en), 19)?.waits).toBe("waiting for 'connection'")
    expect(at(marksOf(story, 3, 'server', zh), 19)?.waits).toBe("等待 'connection' 事件")
  })

  test('stands without colour what happens after the moment', () => {
    const maker = server()
    const call = maker.waits('server', { name: 'recv', deed: 'receive', line: 24 }, { line: 24 })
    maker.returns(call, { bytes: 4 }, { line: 24 })
    const story = withLines(maker.story())
    expect(at(marksOf(story, 2, 'server', en), 24)?.ran).toMatchObject({ step: 4, text: '4 bytes', later: true })
    expect(at(marksOf(story, 4, 'server', en), 24)?.ran).toMatchObject({ step: 4, text: '4 bytes', later: false })
    expect(at(marksOf(story, 0, 'server', en), 16)?.ran?.later).toBe(true)
  })

  test('stands how often it has made its call, not counting other calls', () => {
    const maker = server()
    maker.call('server', { name: 'socket', deed: 'socket', line: 7 }, { line: 7 })
    for (let i = 0; i < 3; i += 1) maker.call('server', { name: 'send', deed: 'send', bytes: 2, line: 7 }, { line: 7 })
    expect(at(marksOf(withLines(maker.story()), 6, 'server', en), 7)?.ran).toMatchObject({ step: 6, times: 3 })
  })

  test('stands an error as often as it was met, not as often as the call was made', () => {
    const maker = server()
    const receive = (error: string | null) => {
      const call = maker.waits('server', { name: 'recv', deed: 'receive', line: 7 }, { line: 7 })
      maker.returns(call, error === null ? { bytes: 4 } : { error }, { line: 7 })
    }
    for (const error of [null, null, 'TimeoutError']) receive(error)
    const story = withLines(maker.story())
    expect(at(marksOf(story, 8, 'server', en), 7)?.ran).toMatchObject({ failed: true, times: 1 })
    expect(at(marksOf(story, 6, 'server', en), 7)?.ran).toMatchObject({ failed: false, times: 2 })
  })

  test('of a handler stands softly that it is armed, and the program says that no line waits', () => {
    const maker = server()
    const armed: Doing = {
      state: 'waits',
      call: null,
      line: null,
      armed: [
        { line: 9, event: 'data' },
        { line: 9, event: "'end'" },
      ],
    }
    const marks = marksOf({ ...withLines(maker.story()), doingAt: () => armed }, 2, 'server', en)
    expect(at(marks, 9)?.armed).toEqual(["'data'", "'end'"])
    expect(marks.loop).toBe(true)
    expect(marksOf(maker.story(), 2, 'server', en).loop).toBe(false)
  })

  test('stands nothing of another run in another language', () => {
    const maker = server()
    maker.ends('server', { code: 0, signal: null })
    maker.starts('server', 'ts')
    maker.call('server', { name: 'bind', deed: 'bind', line: 3 }, { line: 3 })
    const story = withLines(maker.story())
    const marks = marksOf(story, 2, 'server', en)
    expect(marks.language).toBe('py')
    expect([...marks.lines.keys()]).toEqual([16])
    expect(marksOf(story, 5, 'server', en).language).toBe('ts')
  })
})

test('what is missing is counted for each instrument', () => {
  const maker = server()
  maker.gap('calls', 7, 'let-go')
  maker.gap('packets', 100, 'not-read')
  maker.gap('calls', 5, 'not-seen')
  expect(['calls', 'packets', 'sockets'].map((what) => missingOf(maker.story(), what as 'calls'))).toEqual([12, 100, 0])
})

describe('what a call gave', () => {
  const call = (change: Partial<Call>): Call => {
    const maker = new StoryMaker(cast)
    maker.call('server', { name: 'x', deed: 'other', ...change })
    return maker.calls[0] as Call
  }
  const remote = endpoint('127.0.0.1:41066')

  test.each<[string, Partial<Call>, string, string]>([
    ['bytes', { deed: 'send', bytes: 4 }, '4 bytes', '4 字节'],
    ['one byte', { deed: 'receive', bytes: 1 }, '1 byte', '1 字节'],
    ['no bytes in a datagram', { deed: 'receive', bytes: 0 }, '0 bytes', '0 字节'],
    ['the end', { deed: 'receive', bytes: 0, range: { from: 4, to: 4 } }, 'end of the stream', '流结束'],
    ['an error', { deed: 'connect', error: 'ECONNREFUSED' }, 'ECONNREFUSED', 'ECONNREFUSED'],
    ['a connection', { deed: 'accept', accepted: socket({ remote }) }, 'port 41066', '端口 41066'],
    ['a port', { deed: 'bind', socket: socket({ local: endpoint('0.0.0.0:12822') }) }, 'port 12822', '端口 12822'],
    ['a descriptor', { deed: 'socket', socket: socket({ descriptor: 3 }) }, 'fd 3', 'fd 3'],
    ['a socket of Node', { deed: 'socket', socket: socket({}) }, 'socket', '套接字'],
    ['a value', { deed: 'other', value: "('127.0.0.1', 7)" }, "('127.0.0.1', 7)", "('127.0.0.1', 7)"],
    ['an event', { deed: 'other', event: true, name: "'end'" }, "'end'", "'end'"],
    ['nothing', { deed: 'shutdown' }, 'done', '完成'],
  ])('is told in a word: %s', (_, change, english, chinese) => {
    expect([outcome(call(change), en), outcome(call(change), zh)]).toEqual([english, chinese])
  })
})
