import { describe, expect, it } from 'vitest'
import type { Story } from '../../../labs/checks/story.ts'
import { tellLatest } from '../../../labs/checks/tell.ts'
import { StreamMaker, socketOf } from '../../helpers/stream.ts'
import { fourBytes } from '../../helpers/streams.ts'

function storyOf({ lab, events }: Pick<StreamMaker, 'lab' | 'events'>): Story {
  const story = tellLatest(lab, events)
  if (!story) throw new Error('Nothing has run.')
  return story
}

const fourBytesTold = () => storyOf(fourBytes() as StreamMaker)

/** What a program does, as text: `waits in connect at 8`. */
function doing(story: Story, at: number, program: string): string {
  const { state, call, line, armed } = story.doingAt(at, program)
  const what = call === null ? '' : ` for ${story.calls[call]?.name}`
  const handlers = armed.map(({ line, event }) => `${event}@${line}`)
  return `${state}${what}${line === null ? '' : ` at ${line}`}${handlers.length > 0 ? `, armed ${handlers.join()}` : ''}`
}

describe('what a program does', () => {
  it('is known at every step: it has not started, runs, waits for a call or an event at a line, has ended', () => {
    const story = fourBytesTold()
    const client = Array.from({ length: 30 }, (_, at) => doing(story, at, 'client'))
    expect([client[5], client[6], client[7]]).toEqual(['not-started', 'runs', 'runs'])
    expect(new Set(client.slice(8, 12))).toEqual(new Set(['waits for connect at 8']))
    expect([client[12], client[27], client[28]]).toEqual(['runs', 'runs', 'ended'])
    const server = Array.from({ length: 30 }, (_, at) => doing(story, at, 'server'))
    expect([server[0], server[1], server[4]]).toEqual(['not-started', 'runs', 'runs'])
    expect(new Set(server.slice(5, 13))).toEqual(new Set(["waits for 'connection' at 11"]))
    expect([server[13], server[14], server[19], server[29]]).toEqual([
      'runs',
      "waits for 'readable' at 15",
      'runs',
      'ended',
    ])
  })

  it('is not known of a program that never ran', () => {
    expect(doing(fourBytesTold(), 29, 'nobody')).toBe('not-started')
  })

  it('names handlers that are armed while the event loop waits, until their socket is closed', () => {
    const stream = new StreamMaker()
    const server = stream.start('server', 'ts')
    const socket = socketOf(1, 'tcp')
    server.call('createServer', 'socket', { line: 3, socket })
    server.armed('connection', { line: 3, awaited: false, socket })
    server.call('listen', 'listen', { line: 9, socket })
    server.armed('listening', { line: 9, awaited: false, socket })
    server.heard('listening', 'listen', { line: 9, socket })
    stream.wait(5)
    stream.tell({ kind: 'waits', program: 'server', run: 1, syscall: 'epoll_pwait' })
    stream.wait(50)
    stream.tell({ kind: 'waits', program: 'server', run: 1, syscall: null })
    server.call('close', 'close', { line: 12, socket })
    server.call('address', 'other', { line: 13, socket })
    const story = storyOf(stream)
    expect(doing(story, 2, 'server')).toBe('runs, armed connection@3')
    expect(doing(story, 3, 'server')).toBe('runs, armed connection@3,listening@9')
    expect(doing(story, 4, 'server')).toBe('waits, armed connection@3')
    expect(doing(story, 5, 'server')).toBe('runs')
  })

  it('is waiting without a line when the kernel says so and no call does', () => {
    const stream = new StreamMaker()
    const server = stream.start('server', 'py')
    server.call('socket', 'socket', { line: 3, socket: socketOf(1, 'udp') })
    stream.wait(20)
    stream.tell({ kind: 'waits', program: 'server', run: 1, syscall: 'clock_nanosleep' })
    expect(doing(storyOf(stream), 2, 'server')).toBe('waits')
  })
})

describe('the lines of a program', () => {
  it('are marked by the latest step that ran them, how often they ran, and what that gave', () => {
    const stream = new StreamMaker()
    const server = stream.start('server', 'py')
    const socket = socketOf(1, 'udp', { local: '127.0.0.1:5' })
    server.call('bind', 'bind', { line: 2, socket })
    for (let times = 0; times < 3; times++) {
      const comeBack = server.begin('recvfrom', 'receive', { line: 4, args: '9', socket })
      stream.start('client', 'py')
      comeBack({ line: 4, bytes: 1, socket })
    }
    const story = storyOf(stream)
    expect(story.linesAt(1, 'server')).toEqual([])
    expect(story.linesAt(2, 'server')).toEqual([{ line: 2, step: 2, call: 0, times: 1 }])
    expect(story.linesAt(3, 'server')).toMatchObject([{ line: 2 }, { line: 4, step: 3, call: 1, times: 1 }])
    expect(story.linesAt(5, 'server')).toMatchObject([{ line: 2 }, { line: 4, step: 5, call: 1, times: 1 }])
    expect(story.linesAt(11, 'server')).toMatchObject([{ line: 2 }, { line: 4, step: 11, call: 3, times: 3 }])
    expect(story.linesAt(11, 'client')).toEqual([])
  })
})
