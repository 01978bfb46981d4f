import { describe, expect, it } from 'vitest'
import type { Story } from '../../labs/checks/story.ts'
import type { Cast } from '../../site/bench/story/cast.ts'
import { stationsOf, wayOf } from '../../site/bench/story/stations.ts'
import { type Drawing, drawingOf } from '../../site/bench/wire/drawing.ts'
import { geometryOf, layOut, rulerOf, type Scale, windowOf } from '../../site/bench/wire/layout.ts'
import { packetLines, partLines } from '../../site/bench/wire/lines.ts'
import { proofsOf } from '../../site/bench/wire/proofs.ts'
import { EVERYTHING, keyOf, type Row, rowAt, rowsOf, type StepRow } from '../../site/bench/wire/rows.ts'
import {
  bulk,
  datagramShown,
  hops,
  onlyCalls,
  type Shown,
  THREE_HOSTS,
  TWO_HOSTS,
  threePackets,
  troubles,
} from '../helpers/stories.ts'
import { StoryMaker } from '../helpers/story-maker.ts'
import { storyWordsOf } from '../helpers/story-words.ts'

const words = storyWordsOf('en')
/** Every character is 6 px wide. */
const measure = (text: string) => text.length * 6

function drawing(
  { story, cast }: Shown,
  { scale = 'events' as Scale, choice = EVERYTHING, width = 504 } = {},
): Drawing {
  const stations = stationsOf(cast)
  const geometry = geometryOf(width, stations.length)
  return drawingOf({ story, choice, scale, stations, voice: { words, cast }, geometry, measure })
}

const placeOf = ({ rows }: Drawing, packet: number) =>
  rows.findIndex((row) => row.kind === 'step' && row.packet?.number === packet)

describe('the stations', () => {
  it('are the two ends of a single host, who waits at the left', () => {
    const { cast } = datagramShown()
    expect(stationsOf(cast).map(({ host, mark, programs }) => [host, mark, programs.map(({ name }) => name)])).toEqual([
      ['here', 'B', ['receive']],
      ['here', 'A', ['send']],
    ])
  })

  it('are the hosts in the row of their wires, turned so that who waits stands left', () => {
    expect(stationsOf(TWO_HOSTS).map(({ host }) => host)).toEqual(['b', 'a'])
    expect(stationsOf(THREE_HOSTS).map(({ host, mark }) => [host, mark])).toEqual([
      ['b', 'B'],
      ['r', 'router'],
      ['a', 'A'],
    ])
    const other: Cast = {
      ...THREE_HOSTS,
      programs: THREE_HOSTS.programs.map((one) => ({ ...one, host: one.host === 'a' ? 'b' : 'a' })),
    }
    expect(stationsOf(other).map(({ host }) => host)).toEqual(['a', 'r', 'b'])
  })

  it('have no mark where both kinds of programs are, and hold all programs of a host', () => {
    const cast: Cast = { ...TWO_HOSTS, programs: TWO_HOSTS.programs.map((one) => ({ ...one, host: 'a' })) }
    const stations = stationsOf(cast)
    expect(stations.map(({ mark, programs }) => [mark, programs.length])).toEqual([
      [null, 2],
      [null, 0],
    ])
  })

  it('tell the way of a packet on loopback by whose it is, whatever end is known', () => {
    const { story, cast } = datagramShown()
    const ways = story.packets.map((packet) => wayOf(packet, story, stationsOf(cast)))
    expect(ways).toEqual([
      { from: 1, to: 0 },
      { from: 0, to: 1 },
    ])
    const unknown = story.packets.map((packet) => ({ ...packet, sender: null, receiver: null }))
    expect(wayOf(unknown[0] as never, story, stationsOf(cast))).toEqual({ from: 1, to: 0 })
  })
})

describe('the rows', () => {
  it('are one for each step of a short story', () => {
    const { story } = threePackets()
    expect(rowsOf(story).rows.map(({ at }) => at)).toEqual(story.steps.map(({ at }) => at))
  })

  it('tell a run of plain data and acknowledgements in one', () => {
    const { story } = bulk(200)
    const { rows, background } = rowsOf(story)
    const [run] = rows.filter((row) => row.kind === 'run')
    expect(rows.length).toBeLessThan(20)
    expect(background).toHaveLength(1)
    expect(run?.kind === 'run' && run.run.flows).toEqual([
      { host: 'a', program: 'client', port: 41066, first: 4, loaded: 200, bytes: 289_600, acks: 0 },
      { host: 'b', program: 'server', port: 12824, first: 6, loaded: 0, bytes: 0, acks: 100 },
    ])
    expect(run?.kind === 'run' && run.run.calls).toEqual([{ program: 'server', name: 'recv()', times: 49 }])
  })

  it('keep their keys while a run grows, and unfold by them', () => {
    const [short, long] = [bulk(20), bulk(200)]
    const runOf = (story: Story) => rowsOf(story).rows.find(({ kind }) => kind === 'run') as Row
    expect(keyOf(runOf(short.story))).toBe(keyOf(runOf(long.story)))
    const unfolded = new Set([keyOf(runOf(long.story))])
    const { rows } = rowsOf(long.story, { ...EVERYTHING, unfolded })
    expect(rows.filter(({ kind }) => kind === 'run')).toHaveLength(1)
    expect(rows.filter(({ kind }) => kind === 'step')).toHaveLength(long.story.steps.length - 1)
  })

  it('tell each remarkable packet by itself, and few plain ones too', () => {
    const { story } = troubles()
    expect(rowsOf(story).rows.every(({ kind }) => kind === 'step')).toBe(true)
    expect(rowsOf(bulk(7).story).rows.every(({ kind }) => kind === 'step')).toBe(true)
    expect(rowsOf(bulk(8).story).rows.some(({ kind }) => kind === 'run')).toBe(true)
  })

  it('end a run where something is remarkable or time passes', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    const datagram = {
      source: '10.0.0.1:1',
      destination: '10.0.0.2:2',
      payload: 3,
      sender: 'client',
      receiver: 'server',
    }
    for (let i = 0; i < 60; i += 1) {
      maker.packet({ ...datagram, ...(i === 20 && { fate: 'lost', arrived: null }) })
      if (i === 40) maker.after(700)
    }
    const { rows } = rowsOf(maker.story())
    expect(rows.map(({ kind, from, at }) => [kind, from, at])).toEqual([
      ['run', 1, 20],
      ['step', 21, 21],
      ['run', 22, 41],
      ['run', 42, 60],
    ])
    expect(rows[2]?.pause).toBeGreaterThan(699e6)
  })

  it('leave out what belongs to no program until it is wanted', () => {
    const { story } = bulk(60)
    const { rows, background } = rowsOf(story, { ...EVERYTHING, background: true })
    expect(background).toHaveLength(1)
    const shown = rows.find((row) => row.kind === 'run')
    expect(shown?.kind === 'run' && shown.run.packets).toBe(91)
  })

  it('show one conversation alone, with the calls that are its own or nobody’s', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    maker.starts('client', 'py')
    for (const port of [1, 2]) {
      const source = `10.0.0.1:${port}`
      const socket = {
        id: port,
        protocol: 'udp',
        descriptor: 3,
        local: { address: '10.0.0.1', port },
        remote: { address: '10.0.0.2', port: 9 },
      } as const
      maker.call('client', { name: 'send', deed: 'send', socket, packets: [port] })
      maker.packet({ source, destination: '10.0.0.2:9', payload: 1, sender: 'client' })
      maker.call('client', { name: 'close', deed: 'close', socket })
    }
    const story = maker.story()
    expect(rowsOf(story, { ...EVERYTHING, conversation: 1 }).rows.map(({ at }) => at)).toEqual([1, 5, 6, 7])
  })

  it('are found by a step: the one that tells it, or the last before', () => {
    const { rows } = rowsOf(bulk(200).story)
    const run = rows.findIndex(({ kind }) => kind === 'run')
    expect(rowAt(rows, 0)).toBe(-1)
    expect(rowAt(rows, 1)).toBe(0)
    expect(rowAt(rows, rows[run]?.from ?? 0)).toBe(run)
    expect(rowAt(rows, (rows[run]?.at ?? 0) - 3)).toBe(run)
    expect(rowAt(rows, 100_000)).toBe(rows.length - 1)
  })
})

describe('where packets are not seen', () => {
  it('calls prove a connection, bytes and an end, and nothing else is drawn', () => {
    const { story } = onlyCalls()
    expect(proofsOf(story).map(({ what, bytes, sender, receiver }) => [what, bytes, sender, receiver])).toEqual([
      ['connection', null, 'client', 'server'],
      ['bytes', 4, 'client', 'server'],
    ])
    expect(proofsOf({ ...story, blind: [] })).toEqual([])
  })

  it('an arrow goes from the call that sent to the call that received, and says that it was not captured', () => {
    const drawn = drawing(onlyCalls())
    const place = drawn.rows.findIndex((row) => row.kind === 'step' && row.proof?.what === 'bytes')
    const tail = drawn.rows.findIndex(
      ({ at }) => at === (drawn.rows[place]?.kind === 'step' && drawn.rows[place].proof?.from),
    )
    expect(drawn.layout.lifts[place]).toBeGreaterThan(
      (drawn.layout.tops[place] ?? 0) - (drawn.layout.tops[tail + 1] ?? 0),
    )
    expect(drawn.view(place).legs[0]?.arrows).toEqual([
      expect.objectContaining({ dashed: true, right: false, lost: null }),
    ])
    expect(drawn.view(place).name).toBe('server: read() → 4, 4 bytes, client to server, from the calls, not captured')
  })

  it('datagrams are paired by address, length and order, each once', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    const from = {
      id: 1,
      protocol: 'udp',
      descriptor: 3,
      local: { address: '0.0.0.0', port: 7 },
      remote: null,
    } as const
    const to = {
      id: 1,
      protocol: 'udp',
      descriptor: 3,
      local: { address: '127.0.0.1', port: 9 },
      remote: null,
    } as const
    const peer = { address: '127.0.0.1', port: 9 }
    maker.blind.push({ instrument: 'packets', detail: '' })
    const sends = (bytes: number) => maker.call('client', { name: 'sendto', deed: 'send', socket: from, peer, bytes })
    for (const bytes of [3, 4, 3]) sends(bytes)
    for (const bytes of [3, 3, 3, 5]) {
      maker.call('server', {
        name: 'recvfrom',
        deed: 'receive',
        socket: to,
        peer: { address: '127.0.0.1', port: 7 },
        bytes,
      })
    }
    // What it received can only have been sent before.
    sends(5)
    expect(proofsOf(maker.story()).map((proof) => [proof.from, proof.to])).toEqual([
      [1, 4],
      [3, 5],
    ])
  })
})

describe('the layout', () => {
  it('puts each row below the one before, as high as its text', () => {
    const { layout, rows } = drawing(threePackets())
    expect(layout.tops).toHaveLength(rows.length + 1)
    expect(layout.heights.slice(0, 3)).toEqual([24, 24, 24])
    expect(layout.heights[6]).toBe(33)
    expect(layout.tops[3]).toBe(72)
  })

  it('lets an arrow lean down to where its packet arrived, when one that was sent later overtook it', () => {
    const drawn = drawing(troubles())
    const late = drawn.rows.findIndex((row) => row.kind === 'step' && row.packet?.fate === 'late')
    const others = drawn.layout.drops.filter((_, i) => i !== late)
    expect(new Set(others)).toEqual(new Set([4]))
    const next = drawn.rows.findIndex(({ t }) => t > (packetAt(drawn, late)?.arrived ?? 0))
    const foot = (place: number) => (drawn.layout.tops[place] ?? 0) + (drawn.layout.heights[place] ?? 0)
    expect(drawn.layout.drops[late]).toBe(foot(next - 1) - foot(late) + 4)
    expect(drawn.layout.reach).toBe(drawn.layout.drops[late])
  })

  it('makes spaces to scale, but for the time the reader took to start a program', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    maker.starts('server', 'py')
    maker.after(60_000)
    maker.starts('client', 'py')
    const syn = { source: '10.0.0.1:1', destination: '10.0.0.2:2', tcp: ['SYN'] as const, sequence: 0 }
    for (const wait of [1000, 2000, 4000]) {
      maker.packet({ ...syn, fate: 'lost', arrived: null })
      maker.after(wait)
    }
    maker.packet(syn)
    const { layout } = drawing({ story: maker.story(), cast: TWO_HOSTS }, { scale: 'time' })
    const spaces = layout.heights.map((height, i) => (layout.tops[i + 1] ?? 0) - (layout.tops[i] ?? 0) - height)
    expect(layout.scale).toBe(0.05)
    expect(spaces.slice(2)).toEqual([50, 100, 200, 0])
    expect(layout.cuts).toEqual([true, false, false, false, false, false])
  })

  it('lets arrows lean by the time they take, to scale', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    const segment = { source: '10.0.0.1:1', destination: '10.0.0.2:2', tcp: ['ACK'] as const, payload: 1, sequence: 1 }
    maker.packet(segment)
    maker.packets[0] = { ...(maker.packets[0] as (typeof maker.packets)[number]), arrived: 50e6 }
    maker.after(100)
    maker.packet(segment)
    const { layout } = drawing({ story: maker.story(), cast: TWO_HOSTS }, { scale: 'time' })
    expect(layout.drops[0]).toBe(50 * (layout.scale ?? 0) + 4)
  })

  it('knows which rows are seen, and which reach into what is seen', () => {
    const [row] = rowsOf(threePackets().story).rows
    const sized = { row: row as Row, lines: 0, arrows: 0, tall: false, arrived: null, way: null, tail: null }
    const layout = { ...layOut(new Array(100).fill(sized), 'events'), reach: 0 }
    expect(windowOf(layout, 240, 480)).toEqual([10, 21])
    expect(windowOf({ ...layout, reach: 48 }, 240, 480)).toEqual([8, 23])
    expect(windowOf(layout, -100, 0)).toEqual([0, 1])
    expect(windowOf(layout, 5000, 6000)).toEqual([100, 100])
  })

  it('leaves room for a pause below words that stand in its place', () => {
    const [row] = rowsOf(threePackets().story).rows
    const gap = { kind: 'gap', at: 1, t: 0, states: [], what: 'frames', count: 2, why: 'let-go' }
    const sized = { lines: 0, arrows: 0, tall: false, arrived: null, way: null, tail: null }
    const heightOf = (step: object) => {
      const told = { ...row, step: { ...(row as StepRow).step, ...step }, pause: 1e9 } as Row
      return layOut([{ ...sized, row: told }], 'events').tops[1]
    }
    expect(heightOf(gap)).toBeGreaterThan(heightOf({}) ?? 0)
  })

  it('puts words over all lanes below the name of a state that is new in their row', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    maker.starts('server', 'py')
    maker.gap('packets', 400, 'let-go')
    maker.gap('packets', 400, 'let-go', { states: [['server', 'ESTABLISHED', 'FIN-WAIT-1']] })
    const drawn = drawing({ story: maker.story(), cast: TWO_HOSTS })
    expect([1, 2].map((place) => drawn.view(place).below)).toEqual([false, true])
    const [, alone = 0, below = 0] = drawn.layout.heights
    expect(below).toBeGreaterThan(alone)
  })

  it('has a ruler of a round time that can be seen', () => {
    expect(rulerOf(0.05)).toEqual({ ms: 500, px: 25 })
    expect(rulerOf(20)).toEqual({ ms: 1, px: 20 })
    for (const scale of [0.001, 0.02, 0.5, 10]) expect(rulerOf(scale).px).toBeGreaterThanOrEqual(12)
  })
})

describe('the text on an arrow', () => {
  const label = { name: 'PSH, ACK', numbers: 'seq 1 ack 1', load: '4 bytes' }
  const lines = (width: number, remarks: string[] = []) =>
    packetLines(label, remarks, width, measure).map(({ bold, plain }) => `${bold}|${plain}`)

  it('takes one line where there is room, and as few more as it needs where there is none', () => {
    expect(lines(400)).toEqual(['PSH, ACK|seq 1 ack 1 · 4 bytes'])
    expect(lines(160)).toEqual(['PSH, ACK|', '|seq 1 ack 1 · 4 bytes'])
    expect(lines(115)).toEqual(['PSH, ACK|4 bytes', '|seq 1 ack 1'])
    expect(lines(90)).toEqual(['PSH, ACK|', '|seq 1 ack 1', '|4 bytes'])
  })

  it('has remarks beside the name', () => {
    expect(lines(180, ['retransmission'])).toEqual(['PSH, ACK|retransmission', '|seq 1 ack 1 · 4 bytes'])
    expect(lines(140, ['out of order', 'zero window'])).toEqual([
      'PSH, ACK|',
      '|out of order',
      '|zero window',
      '|seq 1 ack 1 · 4 bytes',
    ])
  })

  it('breaks a list between its parts', () => {
    const parts = ['18 segments', '26,064 bytes', '9 ACKs']
    const broken = (width: number) =>
      partLines(parts, ', ', width, measure).map(({ bold, plain }) => `${bold}|${plain}`)
    expect(broken(300)).toEqual(['18 segments,|26,064 bytes, 9 ACKs'])
    expect(broken(130)).toEqual(['18 segments|', '|26,064 bytes', '|9 ACKs'])
  })
})

describe('a row shows', () => {
  it('the lanes as they are at its step', () => {
    const drawn = drawing(threePackets())
    const lanes = (place: number) => drawn.view(place).zones.map((zone) => zone.lanes.map(({ state }) => state).join())
    expect(lanes(0)).toEqual(['runs', 'none'])
    expect(lanes(2)).toEqual(['waits', 'none'])
    expect(lanes(8)).toEqual(['waits', 'waits'])
    expect(lanes(drawn.rows.length - 1)).toEqual(['waits', 'none'])
  })

  it('states, the queue for accept, and the kernel’s socket that outlives its program', () => {
    const drawn = drawing(threePackets())
    expect(drawn.view(8).zones.map(({ tags, queue }) => [tags, queue])).toEqual([
      [['ESTABLISHED'], 'queue 1'],
      [[], null],
    ])
    const end = drawn.view(drawn.rows.length - 1).zones[1]
    expect([end?.holds, end?.lanes[0]?.state]).toEqual([true, 'none'])
  })

  it('that nobody is at a port, and that an error is told to nobody', () => {
    const { story, cast } = datagramShown()
    const drawn = drawing({ story: { ...story, settled: true }, cast })
    expect(drawn.view(placeOf(drawn, 1)).zones.map(({ cross }) => cross)).toEqual(['nobody at 12821', null])
    expect(drawn.view(placeOf(drawn, 2)).zones.map(({ cross }) => cross)).toEqual([null, 'tells nobody'])
    const early = drawing({ story, cast })
    expect(early.view(placeOf(early, 2)).zones.map(({ cross }) => cross)).toEqual([null, null])
  })

  it('a name for those who cannot see it, with all that is drawn', () => {
    const drawn = drawing(threePackets())
    expect(drawn.view(placeOf(drawn, 1)).name).toBe(
      'SYN, 10.0.0.1:41066 to 10.0.0.2:12824, seq 0, server: SYN-RCVD, client: SYN-SENT',
    )
    expect(drawn.view(2).name).toBe('server: accept() waits, then 4.2 s pass')
    const trouble = drawing(troubles())
    expect(trouble.view(placeOf(trouble, 1)).name).toBe(
      'SYN, 10.0.0.1:41066 to 10.0.0.2:12824, seq 0, lost, client: SYN-SENT, then 1 s pass',
    )
    const many = drawing(bulk(200))
    const run = many.rows.findIndex(({ kind }) => kind === 'run')
    expect(many.view(run).name).toBe(
      'client to server: 200 segments, 289,600 bytes; server to client: 100 ACKs, server: recv() ×49',
    )
  })

  it('each packet between the hosts whose wire it crosses', () => {
    const drawn = drawing(hops(), { width: 1000 })
    const legs = [3, 5, 6].map((packet) => drawn.view(placeOf(drawn, packet)).legs.map((leg) => leg?.arrows[0]?.right))
    expect(legs).toEqual([
      [undefined, false],
      [undefined, false],
      [false, undefined],
    ])
  })
})

function packetAt({ rows }: Drawing, place: number) {
  const row = rows[place]
  return row?.kind === 'step' ? row.packet : null
}
