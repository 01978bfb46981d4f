import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Call, KERNEL_DEEDS, REMARKS, SILENCES, type Step, type Story } from '../../labs/checks/story.ts'
import { DEEDS, FATES, INSTRUMENTS, MISSED } from '../../labs/events.ts'
import { type Faults, FRAME_KINDS, NO_FAULTS } from '../../labs/faults.ts'
import type { Tcp } from '../../labs/wire/decoded.ts'
import { EXPLAINED } from '../../site/bench/story/call-sentence.ts'
import type { Cast } from '../../site/bench/story/cast.ts'
import { labelOf } from '../../site/bench/story/packet-words.ts'
import { sentenceOf } from '../../site/bench/story/sentence.ts'
import { piecesOf, plainOf, signedOf } from '../../site/bench/story/wording.ts'
import { recordedStory, recordingNames } from '../helpers/recorded-stories.ts'
import { STORIES, TWO_HOSTS } from '../helpers/stories.ts'
import { StoryMaker } from '../helpers/story-maker.ts'
import { storyWordsOf } from '../helpers/story-words.ts'

const LANGS = ['en', 'zh'] as const
const isFirst = (tcp: Tcp | null) => tcp?.flags.join() === 'SYN'
const isReset = (tcp: Tcp | null) => tcp?.flags.includes('RST') === true
const words = { en: storyWordsOf('en'), zh: storyWordsOf('zh') }

/** The sentence of a step in both languages; fails where words are missing, or a place has no value. */
function both(story: Story, at: number, cast: Cast = TWO_HOSTS): { en: string; zh: string } {
  const [en, zh] = LANGS.map((lang) => plainOf(sentenceOf(story, at, cast), { words: words[lang], cast }))
  const told = { en: en ?? '', zh: zh ?? '' }
  expect(told.en, 'a key or a place shows itself').not.toMatch(/[{}]|\b[a-z-]+\.[a-z-]+\b(?!\.\w)|undefined|NaN/)
  expect(told.zh, 'a key or a place shows itself').not.toMatch(/[{}]|\b[a-z]+\.[a-z-]+\b|undefined|NaN/)
  expect(told.en).toMatch(/^[A-Z\d].*[.?]$/)
  expect(told.zh).toMatch(/[。？]$/)
  return told
}

/** All that both languages say of each item of a closed list; each in words of its own. */
function distinct<Item extends string>(items: readonly Item[], tell: (item: Item) => { en: string; zh: string }) {
  const told = items.map((item) => [item, tell(item)] as const)
  for (const lang of LANGS) expect(new Set(told.map(([, one]) => one[lang])).size).toBe(items.length)
  return Object.fromEntries(told)
}

const socket = (remote: boolean, protocol: 'tcp' | 'udp' = 'tcp') => ({
  id: 1,
  protocol,
  descriptor: 3,
  local: { address: '10.0.0.2', port: 12824 },
  remote: remote ? { address: '10.0.0.1', port: 41066 } : null,
})

/** A story with one call of the server; the step of it is the last. */
function withCall(
  language: 'py' | 'ts',
  made: Partial<Call> & Pick<Call, 'deed'>,
  way: 'calls' | 'waits' | 'returns',
): Story {
  const maker = new StoryMaker(TWO_HOSTS)
  maker.starts('server', language)
  const call = { name: made.event ? `'${made.deed}'` : made.deed, socket: socket(true), ...made }
  if (way === 'calls') maker.call('server', call)
  else if (way === 'waits') maker.waits('server', call)
  else maker.returns(maker.waits('server', { name: call.name, deed: made.deed }), call)
  return maker.story()
}

/** A story with one packet from the client; the step of it is the last. */
function withPacket(made: object): Story {
  const maker = new StoryMaker(TWO_HOSTS)
  maker.starts('server', 'py')
  maker.starts('client', 'py')
  const packet = { source: '10.0.0.1:41066', destination: '10.0.0.2:12824', tcp: ['ACK'] as const, payload: 9 }
  maker.packet({ ...packet, sequence: 1, acknowledgment: 1, sender: 'client', receiver: 'server', ...made })
  return maker.story()
}

const last = (story: Story) => both(story, story.steps.length)

describe('there is a sentence in both languages', () => {
  it('for every deed, whether its call comes back at once, waits, or comes back later', () => {
    for (const way of ['calls', 'waits', 'returns'] as const) {
      for (const deed of DEEDS) last(withCall('py', { deed, bytes: 4 }, way))
    }
    const called = distinct(DEEDS, (deed) => last(withCall('py', { deed, bytes: 4, accepted: socket(true) }, 'calls')))
    expect(called.accept?.en).toBe(
      'The server program takes the connection from 10.0.0.1:41066 out of its kernel’s queue.',
    )
    expect(called.send?.zh).toBe('服务器程序把4字节交给内核。')
  })

  it('for every deed of which nothing is known but its name', () => {
    for (const deed of DEEDS) {
      for (const event of [false, true]) last(withCall('ts', { deed, event, socket: null }, 'calls'))
    }
  })

  it('for every event in Node, waited for and told, and none of them says that a call is made', () => {
    for (const deed of DEEDS) {
      const waits = last(withCall('ts', { deed, event: true }, 'waits'))
      expect(waits.en).toBe(waits.en.replace(/^.*?:/, `The server program waits for '${deed}':`))
      const told = last(withCall('ts', { deed, event: true, bytes: 4, accepted: socket(true) }, 'calls'))
      expect(told.en).toContain(`is told '${deed}'`)
      for (const text of [waits.en, told.en]) expect(text).not.toMatch(/\bcalls\b|asleep in|\(\)/)
    }
  })

  it('for a call to connect: Python sleeps in it, Node goes on', () => {
    const call = { deed: 'connect', name: 'connect', socket: socket(false) } as const
    expect(last(withCall('py', call, 'waits')).en).toBe(
      'The server program calls connect() and falls asleep until the other end answers.',
    )
    expect(last(withCall('ts', call, 'calls')).en).toBe(
      'The server program asks for a connection and goes on: in Node no line waits in connect().',
    )
  })

  it('for datagrams', () => {
    const peer = { address: '10.0.0.1', port: 9 }
    const udp = { socket: socket(false, 'udp'), peer, bytes: 1 }
    expect(last(withCall('py', { ...udp, deed: 'send' }, 'calls')).en).toBe(
      'The server program hands its kernel a datagram of 1 byte for 10.0.0.1:9.',
    )
    expect(last(withCall('py', { ...udp, deed: 'receive', bytes: 0 }, 'returns')).zh).toBe(
      '服务器程序收到来自10.0.0.1:9的数据报，共0字节。',
    )
    last(withCall('py', { ...udp, deed: 'connect' }, 'calls'))
    last(withCall('ts', { ...udp, deed: 'receive', event: true }, 'calls'))
  })

  it('for the end of a stream', () => {
    expect(last(withCall('py', { deed: 'receive', bytes: 0 }, 'returns')).en).toBe(
      'The server program gets 0 bytes: the other end will send no more.',
    )
  })

  it('for every silence', () => {
    distinct(SILENCES, (silent) => last(withCall('py', { deed: 'send', bytes: 4, silent }, 'calls')))
  })

  it('for every error that is explained, and for any other', () => {
    distinct([...EXPLAINED, 'EWHATEVER'], (error) => last(withCall('py', { deed: 'connect', error }, 'returns')))
    expect(last(withCall('ts', { deed: 'other', event: true, name: "'error'", error: 'ECONNRESET' }, 'calls')).en).toBe(
      "The server program is told 'error': the error is ECONNRESET. The other end has broken the connection off.",
    )
  })

  it('for every fate of a frame', () => {
    const told = distinct(FATES, (fate) => last(withPacket({ fate, about: 1 })))
    expect(told.lost?.en).toBe('The client’s kernel sends 9 bytes. The wire loses it.')
    expect(told.copy?.en).toBe('The wire delivers event 3 a second time.')
  })

  it('for every remark', () => {
    const told = distinct(REMARKS, (remark) => {
      if (remark === 'reset') return last(withPacket({ remarks: [remark], tcp: ['RST'] }))
      if (remark === 'port-unreachable') return last(withPacket({ remarks: [remark], tcp: ['RST', 'ACK'] }))
      if (remark !== 'fragment') return last(withPacket({ remarks: [remark] }))
      return last(withPacket({ remarks: [remark], fragment: { id: 1, offset: 0, more: true } }))
    })
    expect(told['zero-window']?.en).toContain('Its window is 0')
  })

  it('for everything a kernel does by itself', () => {
    const segments: Partial<Record<(typeof KERNEL_DEEDS)[number], object>> = {
      synack: { tcp: ['SYN', 'ACK'], payload: 0 },
      ack: { payload: 0, acknowledgment: 5 },
      reset: { tcp: ['RST'] },
      retransmission: { remarks: ['retransmission'] },
      icmp: { tcp: undefined, icmp: {}, payload: 0 },
      arp: {
        tcp: undefined,
        arp: {
          operation: 1,
          senderHardware: '',
          senderAddress: '10.0.0.1',
          targetHardware: '',
          targetAddress: '10.0.0.2',
        },
      },
    }
    distinct(KERNEL_DEEDS, (kernel) => last(withPacket({ ...segments[kernel], cause: { kernel } })))
  })

  it('for every ICMP message that is decoded', () => {
    const names = ['icmp', 'icmpv6'].flatMap((file) => {
      const text = readFileSync(`labs/wire/${file}.ts`, 'utf8')
      return [...text.matchAll(/^ {2}'[\d.]+': '([a-z-]+)',/gm)].map(([, name = '']) => name)
    })
    expect(names.length).toBeGreaterThan(30)
    distinct([...new Set(names)], (name) => last(withPacket({ tcp: undefined, icmp: { name } })))
    expect(last(withPacket({ tcp: undefined, icmp: { name: null, type: 200, code: 7 } })).en).toContain('“200/7”')
  })

  it('for every kind of step', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    maker.starts('server', 'ts')
    maker.call('server', { name: 'listen', deed: 'listen' })
    maker.returns(maker.waits('server', { name: 'accept', deed: 'accept' }))
    maker.packet({ source: '10.0.0.1:1', destination: '10.0.0.2:2', payload: 1 })
    maker.faults(0)
    maker.seed(1, 7)
    maker.holds('server', 'close')
    for (const what of INSTRUMENTS) for (const why of MISSED) maker.gap(what, 2, why)
    maker.ends('server', { code: 0, signal: null })
    const story = maker.story()
    const kinds = new Set(story.steps.map(({ kind }) => kind))
    const all: Record<Step['kind'], true> = {
      starts: true,
      ends: true,
      calls: true,
      waits: true,
      returns: true,
      packet: true,
      faults: true,
      seed: true,
      holds: true,
      gap: true,
    }
    expect([...kinds].sort()).toEqual(Object.keys(all).sort())
    for (const { at } of story.steps) both(story, at)
    expect(both(story, 0).en).toBe('Nothing has happened yet.')
  })

  it('for every fault that a reader can set, with what it was before', () => {
    const other: Record<keyof Faults, Faults[keyof Faults]> = {
      loss: 0.125,
      delay: 200,
      jitter: 50,
      duplicate: 0.5,
      reorder: 0.1,
      rate: 100_000,
      queue: 3,
      cut: true,
      only: ['syn', 'data'],
    }
    const told = distinct(Object.keys(NO_FAULTS) as (keyof Faults)[], (fault) => {
      const maker = new StoryMaker(TWO_HOSTS)
      maker.faults(0, [{ from: null, fault, before: NO_FAULTS[fault], after: other[fault] }])
      return last(maker.story())
    })
    expect(told.loss?.en).toBe('By hand, the wire between a and b is changed: loss 0 % → 12.5 %.')
    expect(told.rate?.en).toBe('By hand, the wire between a and b is changed: rate unlimited → 100 kbit/s.')
    expect(told.only?.en).toMatch(/concerning all packets → SYN, segments with data\.$/)
    const maker = new StoryMaker(TWO_HOSTS)
    maker.faults(0, [
      { from: 'a', fault: 'cut', before: true, after: false },
      { from: null, fault: 'rate', before: 2_000_000, after: null },
    ])
    expect(last(maker.story()).en).toMatch(/: no longer cut \(only from a\), rate 2 Mbit\/s → unlimited\.$/)
  })

  it('for every kind of frame to which faults are limited', () => {
    distinct(FRAME_KINDS, (kind) => {
      const maker = new StoryMaker(TWO_HOSTS)
      maker.faults(0, [{ from: null, fault: 'only', before: null, after: [kind] }])
      return last(maker.story())
    })
  })

  it('for the road as it is when the run begins, with its seed', async () => {
    const { story, cast } = (await recordedStory('udp-bad-road/py-py')) as { story: Story; cast: Cast }
    expect(both(story, 0, cast).en).toMatch(
      /^Nothing has happened yet\. The wire between a and b has faults: loss 15 %/,
    )
    expect(both(story, 1, cast).en).toMatch(/Its chances begin from seed \d+\.$/)
    expect(both(story, 2, cast).en).not.toContain('seed')
  })

  it('for whoever waits while another acts, however many', () => {
    const cast: Cast = {
      ...TWO_HOSTS,
      programs: ['server', 'client', 'ask', 'send'].map((name) => ({ name, end: 'waits', host: 'a' })),
    }
    const maker = new StoryMaker(cast)
    for (const { name } of cast.programs) maker.starts(name, 'py')
    maker.waits('server', { name: 'accept', deed: 'accept' })
    const one = maker.call('client', { name: 'listen', deed: 'listen' })
    maker.holds('ask', 'connect')
    const two = maker.call('client', { name: 'listen', deed: 'listen' })
    maker.waits('send', { name: "'data'", deed: 'receive', event: true })
    const three = maker.call('client', { name: 'listen', deed: 'listen' })
    const story = maker.story()
    expect(both(story, one, cast).en).toMatch(/\. The server program is still asleep in accept\(\)\.$/)
    expect(both(story, two, cast).en).toMatch(/wait: the server in accept\(\), the asker held before connect\(\)\.$/)
    expect(both(story, three, cast).en).toMatch(/\. 3 programs wait\.$/)
    expect(both(story, two + 1, cast).en).toMatch(/in accept\(\), the asker held before connect\(\)\.$/)
  })

  it('for every end of a program', () => {
    const ends = [
      { code: 0, signal: null },
      { code: 3, signal: null },
      { code: null, signal: 'SIGKILL' },
      { code: 0, signal: null, stopped: true },
      { code: null, signal: 'SIGKILL', stopped: true },
      null,
    ]
    const told = ends.map((exit) => {
      const maker = new StoryMaker(TWO_HOSTS)
      maker.starts('client', 'py')
      maker.ends('client', exit)
      return last(maker.story()).en
    })
    expect(new Set(told).size).toBe(ends.length)
  })
})

describe('a host that calls itself', () => {
  it.each(recordingNames().filter((name) => name.startsWith('ip-localhost/')))(
    "by a name with two addresses has no call that is taken for another program's (%s)",
    async (name) => {
      const { story } = (await recordedStory(name)) as { story: Story }
      expect(story.conversations.map(({ background }) => background)).toEqual([false, false, false, false])
    },
  )

  it('names the address where it is another than 127.0.0.1, in the sentence and on the arrow', async () => {
    const { story, cast } = (await recordedStory('ip-localhost/ts-ts')) as { story: Story; cast: Cast }
    const told = story.packets
      .filter(({ decoded: { tcp } }) => isReset(tcp) || isFirst(tcp))
      .map((packet) => {
        const at = story.steps.find((step) => step.kind === 'packet' && step.packet === packet.number)?.at ?? 0
        const { numbers } = labelOf(packet, { words: words.en, cast })
        const sentence = both(story, at, cast).en
        return `${numbers}: ${/(?:connection to|listens at) (?:port )?\S+\d/.exec(sentence)?.[0]}`
      })
    expect(told).toEqual([
      '→ ::1: connection to [::1]:12836',
      'seq 0 ack 1: listens at [::1]:12836',
      'seq 0: connection to port 12836',
      '→ ::1: connection to [::1]:12837',
      'seq 0 ack 1: listens at [::1]:12837',
      'seq 0: connection to port 12837',
      'seq 0 ack 1: listens at port 12837',
    ])
  })
})

describe('whoever is meant', () => {
  it('has a name of the course’s own, for each program of the catalog', () => {
    const programs = globSync('labs/catalog/*/*.py').map((file) => basename(file, '.py'))
    const known = (name: string) => LANGS.every((lang) => Object.hasOwn(words[lang], `who.${name}.program`))
    expect(programs.length).toBeGreaterThan(8)
    expect(programs.filter((name) => !known(name))).toEqual([])
  })

  it('has the mark of its end, and the name the lesson gives it', () => {
    const { story, cast } = (STORIES['three-packets'] as () => { story: Story; cast: Cast })()
    const pieces = piecesOf(sentenceOf(story, 9, cast), { words: words.en, cast })
    expect(pieces.filter(({ mark }) => mark !== undefined)).toEqual([
      { text: 'The client’s kernel', mark: 'A' },
      { text: 'The server’s kernel', mark: 'B' },
      { text: 'the server', mark: 'B' },
      { text: 'the client', mark: 'A' },
    ])
  })

  it('is named as it is where the course has no name for it', () => {
    const cast: Cast = { ...TWO_HOSTS, programs: [{ name: 'chat', end: 'begins', host: 'a' }] }
    const maker = new StoryMaker(cast)
    maker.starts('chat', 'py')
    maker.packet({ source: '10.0.0.1:1', destination: '10.0.0.2:2', payload: 1, sender: 'chat' })
    maker.packet({ source: '10.0.0.2:2', destination: '10.0.0.1:1', payload: 1 })
    const story = maker.story()
    expect(both(story, 1, cast).en).toBe('The program chat starts. It is written in Python.')
    expect(both(story, 2, cast).en).toMatch(/^The kernel of chat sends a datagram/)
    expect(both(story, 3, cast).en).toMatch(/^The kernel of host b sends a datagram/)
  })
})

describe('the sentences of a whole run', () => {
  it('are there for every step of every recording', async () => {
    const names = recordingNames()
    expect(names.length).toBeGreaterThan(20)
    let steps = 0
    for (const name of names) {
      const shown = await recordedStory(name)
      for (const { at } of shown?.story.steps ?? []) both(shown?.story as Story, at, shown?.cast)
      steps += shown?.story.steps.length ?? 0
    }
    expect(steps).toBeGreaterThan(600)
  })

  it.each(
    Object.keys(STORIES).flatMap((name) =>
      name === 'bulk' || name === 'only-calls' ? [] : LANGS.map((lang) => [name, lang] as const),
    ),
  )('%s reads well in %s', async (name, lang) => {
    const { story, cast } = (STORIES[name] as () => { story: Story; cast: Cast })()
    const lines = story.steps.map(({ at }) => {
      both(story, at, cast)
      return `${at} ${signedOf(sentenceOf(story, at, cast), { words: words[lang], cast })}\n`
    })
    await expect(lines.join('')).toMatchFileSnapshot(`sentences/${name}.${lang}.txt`)
  })
})
