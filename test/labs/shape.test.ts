import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { differences, shapeOf } from '../../labs/checks/shape.ts'
import type { BenchEvent } from '../../labs/events.ts'
import { ASPECTS, type Aspect, type Lab } from '../../labs/lab.ts'
import { knownOf, type Recording, readRecording } from '../../labs/recording.ts'
import { findRecording, keepRecording, placeOf } from '../../labs/server/recordings.ts'
import { COURSE } from '../helpers/course.ts'
import { allLabs } from '../helpers/labs.ts'

const labs = new Map((await allLabs()).map((lab) => [lab.id, lab]))
const labOf = (id: string, varies: readonly Aspect[] = []): Lab => ({ ...(labs.get(id) as Lab), varies })
const textOf = (id: string, mixture: string) => readFileSync(placeOf(COURSE, labOf(id), mixture), 'utf8')

/** A recording of the course, as it is or with something in its text changed. */
function recording(id: string, mixture: string, change: (text: string) => string = (text) => text): Recording {
  const text = change(textOf(id, mixture))
  const lines = text.split('\n').slice(0, -2)
  const read = readRecording(`${lines.join('\n')}\n${JSON.stringify({ end: lines.length - 1 })}\n`, knownOf(labOf(id)))
  if ('kind' in read) throw new Error(JSON.stringify(read))
  return read
}
const shape = (id: string, { events }: { events: readonly BenchEvent[] }, varies: readonly Aspect[] = []) =>
  shapeOf(labOf(id, varies), events)
/** What differs between a recording of the course and the same changed. */
const changed = (id: string, change: (text: string) => string, varies: readonly Aspect[] = []) =>
  differences(shape(id, recording(id, 'py-py'), varies), shape(id, recording(id, 'py-py', change), varies))
const withoutLine = (pattern: RegExp) => (text: string) => {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => pattern.test(line))
  if (at < 0) throw new Error(`There is no line like ${pattern}.`)
  return lines.toSpliced(at, 1).join('\n')
}

describe('the shape of a run', () => {
  test('tells what each program did, printed and ended with, and what went between them', () => {
    const told = Object.fromEntries(shape('tcp-client-sends', recording('tcp-client-sends', 'py-py')))
    expect(told['exit of server']).toEqual(['code 0'])
    expect(told['output of client']).toEqual(['Connected from port … to port 12824.', 'Sent 4 bytes: 数据'])
    expect(told['calls of client']).toEqual([
      'line 7: socket',
      'line 8: connect',
      'line 9: getsockname',
      'line 13: sendall → 4 bytes',
      'line 7: close',
    ])
    expect(told['tcp client to server']).toEqual(['→ SYN, 4 bytes', '← SYN'])
    expect(told['states of server']).toContain('CLOSED → LISTEN → CLOSED')
    expect(told['end of tcp client to server']).toHaveLength(2)
  })

  test('tells a refusal, and the datagram for which nobody waits', () => {
    const refused = shape('tcp-as-found', recording('tcp-as-found', 'py-py'))
    expect(refused.get('calls of client')).toContain('line 8: connect → ECONNREFUSED')
    expect(refused.get('exit of client')).toEqual(['code 1'])
    expect(refused.get('exit of server')).toEqual(['SIGHUP, stopped'])
    const lost = shape('udp-as-found', recording('udp-as-found', 'py-py'))
    expect(lost.get('ICMP')).toEqual(['port-unreachable, here to here'])
    expect(lost.get('calls of receive')?.at(-1)).toMatch(/recvfrom → never came back$/)
    expect(lost.get('udp send to port 12821')).toEqual(['→ 4 bytes', '← nothing'])
  })

  test('is the same in all mixtures, for what does not depend on the language', () => {
    const all = ['ts-ts', 'ts-py', 'py-ts', 'py-py'].map((mixture) =>
      shape('udp-aligned', recording('udp-aligned', mixture)),
    )
    for (const name of ['output of receive', 'output of send', 'udp send to receive', 'exit of send']) {
      expect(all[0]?.get(name)?.length, name).toBeGreaterThan(0)
      for (const one of all) expect(one.get(name)).toEqual(all[0]?.get(name))
    }
  })

  test.each(['udp-as-found', 'udp-aligned', 'tcp-client-sends', 'udp-refused'])(
    'of %s is the same at another speed',
    (id) => {
      const mixture = id === 'udp-refused' ? 'py' : 'py-py'
      const slower = (_: string, name: string, time: string) => `"${name}":${3 * Number(time)}`
      const after = recording(id, mixture, (text) => text.replace(/"(t|handedOn|upTo)":(\d+)/g, slower))
      expect(differences(shape(id, recording(id, mixture)), shape(id, after))).toEqual([])
    },
  )

  test('is the same with other ports of the kernel’s choosing and other process ids', () => {
    const before = recording('tcp-client-sends', 'py-py')
    const port = /Connected from port (\d+)\./.exec(textOf('tcp-client-sends', 'py-py'))?.[1] ?? ''
    const other = port === '40001' ? '40002' : '40001'
    const hex = (one: string) => Number(one).toString(16).padStart(4, '0')
    const after = recording('tcp-client-sends', 'py-py', (text) =>
      text
        .replaceAll(port, other)
        .replaceAll(`7f000001${hex(port)}`, `7f000001${hex(other)}`)
        .replaceAll(`3218${hex(port)}`, `3218${hex(other)}`)
        .replace(/"pid":\d+/g, '"pid":1'),
    )
    expect(differences(shape('tcp-client-sends', before), shape('tcp-client-sends', after))).toEqual([])
  })

  test('is another one when a program does, prints or ends otherwise, and says where', () => {
    expect(
      changed('tcp-client-sends', (text) => text.replace(/"line":13(,.*"name":"sendall")/, '"line":14$1')),
    ).toEqual(['calls of client, 4: line 14: sendall → 4 bytes (it was: line 13: sendall → 4 bytes)'])
    expect(changed('tcp-client-sends', (text) => text.replace('Sent 4 bytes', 'Sent 5 bytes'))).toEqual([
      'output of client, 2: Sent 5 bytes: 数据 (it was: Sent 4 bytes: 数据)',
    ])
    expect(changed('tcp-as-found', (text) => text.replace('"code":1', '"code":0'))).toEqual([
      'exit of client, 1: code 0 (it was: code 1)',
    ])
  })

  test('is another one when a frame is missing that counts', () => {
    expect(changed('udp-as-found', withoutLine(/"hex":"[\da-f]{46}01/))).toContain(
      'ICMP, 1: nothing (it was: port-unreachable, here to here)',
    )
    expect(changed('udp-aligned', withoutLine(/"kind":"frame"/)).join()).toMatch(/udp send to .*4 bytes/)
  })

  test.each(ASPECTS)('says nothing of %s where a lab says that they vary', (aspect) => {
    const all = shape('tcp-bad-road', recording('tcp-bad-road', 'py-py'))
    const some = shape('tcp-bad-road', recording('tcp-bad-road', 'py-py'), [aspect])
    expect(some).not.toEqual(all)
    expect(some.size).toBeGreaterThan(3)
  })
})

describe('a recording on disk', () => {
  test('stays as it is when the fresh run has its shape, and is written when it has not or is to be', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'both-ends-record-'))
    const lab = labOf('udp-aligned')
    const { events, ...header } = recording('udp-aligned', 'py-py')
    const keep = (fresh: readonly BenchEvent[], force = false) =>
      keepRecording({ folder, lab, mixture: 'py-py', header, events: fresh, force })
    const place = placeOf(folder, lab, 'py-py')
    try {
      expect(await keep(events)).toMatch(/^written \(\d+ KB\)$/)
      expect(await readFile(place, 'utf8')).toBe(textOf('udp-aligned', 'py-py'))
      const { mtimeNs } = await stat(place, { bigint: true })
      const slower = events.map((event) => ({ ...event, t: event.t + 7 }))
      expect(await keep(slower)).toContain('stays')
      expect((await stat(place, { bigint: true })).mtimeNs).toBe(mtimeNs)
      expect(await keep(slower, true)).toMatch(/^written/)
      expect((await findRecording(folder, lab, 'py-py'))?.events[0]?.t).toBe(7)
      const failed = events.map((event) => (event.kind === 'exited' ? { ...event, code: 3 } : event))
      expect(await keep(failed)).toMatch(/because of\n {2}exit of receive, 1: code 3/)
      expect(
        (await findRecording(folder, lab, 'py-py'))?.events.some(
          (event) => event.kind === 'exited' && event.code === 3,
        ),
      ).toBe(true)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('that cannot be opened counts as none', async () => {
    expect(await findRecording(COURSE, labOf('udp-aligned'), 'nothing')).toBe(null)
  })
})
