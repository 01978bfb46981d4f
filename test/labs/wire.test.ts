import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { findInterpreters } from '../../labs/bench/interpreters.ts'
import { type FrameKind, NO_FAULTS } from '../../labs/faults.ts'
import type { NetworkDefinition } from '../../labs/network.ts'
import { look } from '../helpers/frame.ts'
import { type Builder, findBuilders, Rig } from '../helpers/network-rig.ts'
import { faulty, lastCounters, TWO, WIRE } from '../helpers/networks.ts'

const MEGABYTE = 1_000_000

// An ordinary user where one can be tried: the wire does the same for every user.
const builder = findBuilders((await findInterpreters()).py?.path).at(-1) as Builder
const title = builder.hindrance === null ? 'a network' : `a network (impossible here: ${builder.hindrance})`
describe.skipIf(builder.hindrance !== null)(title, () => {
  const open: Rig[] = []
  const figures: string[] = []
  const build = async (definition?: NetworkDefinition) => {
    const rig = await Rig.open(builder, definition)
    open.push(rig)
    return rig
  }

  afterEach(async () => {
    for (const rig of open.splice(0)) await rig.close()
  })

  afterAll(() => {
    for (const figure of figures) console.log(figure)
  })

  describe('a wire with faults', () => {
    it('takes SYNs alone: connect times out, and connects when the fault is lifted', async () => {
      const rig = await build({
        hosts: [
          { name: 'a', sysctls: { 'net.ipv4.tcp_syn_retries': 1, 'net.ipv4.tcp_syn_linear_timeouts': 0 } },
          { name: 'b' },
        ],
        wires: [{ ...WIRE, faults: [{ from: 'a', loss: 1, only: 'syn' }] }],
      })
      const server = await rig.ready('b', 'tcp_receive', '10.0.0.2', 7000)
      const receiver = await rig.ready('b', 'udp_receive', '10.0.0.2', 7001)
      await rig.run('a', 'udp_end', '10.0.0.2', 7001)
      await rig.ended(receiver)
      expect((await rig.run('a', 'tcp_connect', '10.0.0.2', 7000))[0]).toMatch(/^ETIMEDOUT/)
      expect(rig.frames.map(({ fate, bytes }) => [look(bytes).protocol, look(bytes).flags, fate])).toEqual([
        ['udp', '', 'delivered'],
        ['tcp', 'S', 'lost'],
        ['tcp', 'S', 'lost'],
      ])
      await rig.command({ do: 'faults', wire: 0, from: 'a', faults: NO_FAULTS })
      expect((await rig.run('a', 'tcp_connect', '10.0.0.2', 7000))[0]).toMatch(/^connected/)
      await rig.ended(server)
    })

    it.each<[FrameKind, string, string]>([
      ['synack', 'SA', '10.0.0.2'],
      ['ack', 'A', '10.0.0.2'],
      ['data', 'PA', '10.0.0.2'],
      ['data', 'PA', 'fd00::2'],
      ['fin', 'FA', '10.0.0.2'],
    ])('takes frames of the kind %s (%s) and no others, to %s', async (only, flags, address) => {
      const rig = await build(faulty({ loss: 1, only }))
      await rig.ready('b', 'tcp_receive', address, 7000)
      rig.start('a', 'tcp_send', address, 7000, 10)
      await rig.until(() => rig.frames.filter(({ fate }) => fate === 'lost').length >= 2)
      const seen = (wanted: string) =>
        rig.frames.flatMap(({ fate, bytes }) => (fate === wanted ? [look(bytes).flags] : []))
      expect(new Set(seen('lost'))).toEqual(new Set([flags]))
      expect(seen('delivered')).toContain('S')
      expect(seen('delivered')).not.toContain(flags)
    })

    it.each<[FrameKind, string, string]>([
      ['udp', '10.0.0.2', '0 cut'],
      ['udp', 'fd00::2', '0 cut'],
      ['icmp', '10.0.0.2', '0 delivered, 1 cut'],
      ['icmp', 'fd00::2', '0 delivered, 1 cut'],
    ])('cuts off frames of the kind %s to %s: %s', async (only, address, fates) => {
      const rig = await build(faulty({ cut: true, only }))
      const asking = rig.start('a', 'udp_connected', address, 9)
      await rig.until(() => rig.frames.length === fates.split(',').length)
      expect(rig.frames.map(({ fate, direction }) => `${direction} ${fate}`).join(', ')).toBe(fates)
      expect(await rig.ended(asking)).toEqual(['timeout'])
    })

    it.each(['10.0.0.2', 'fd00::2'])('takes questions for the hardware address of %s alone', async (address) => {
      const rig = await build({ ...faulty({ loss: 1, only: 'arp' }), arp: true })
      await rig.run('a', 'udp_send', address, 9, 2, 0, 4)
      await rig.until(() => rig.frames.length >= 2)
      expect(rig.frames.every(({ fate }) => fate === 'lost')).toBe(true)
      expect(rig.frames.map(({ bytes }) => look(bytes).protocol)).not.toContain('udp')
    })

    it('loses about the share it is told, and TCP brings every byte through', async () => {
      const rig = await build(faulty({ loss: 0.3 }))
      await rig.run('a', 'udp_send', '10.0.0.2', 9, 300, 0, 4)
      await rig.command({ do: 'ask' })
      const datagrams = rig.frames.filter(({ direction }) => direction === 0)
      const lost = datagrams.filter(({ fate }) => fate === 'lost').length
      expect(datagrams).toHaveLength(300)
      expect(lost).toBeGreaterThan(60)
      expect(lost).toBeLessThan(120)
      expect(datagrams.every(({ fate, handedOn }) => (fate === 'lost') === (handedOn === null))).toBe(true)
      const server = await rig.ready('b', 'tcp_receive', '10.0.0.2', 7000)
      const [sent] = await rig.run('a', 'tcp_send', '10.0.0.2', 7000, 20_000)
      expect((await rig.ended(server)).at(-1)).toBe(`${sent?.split(' ').slice(0, 2).join(' ')} 10.0.0.1`)
    })

    it('doubles and reorders what a receiver of datagrams sees, and says which', async () => {
      const rig = await build(faulty({ from: 'a', duplicate: 0.3, reorder: 0.3 }))
      const receiver = await rig.ready('b', 'udp_receive', '10.0.0.2', 7000)
      await rig.run('a', 'udp_send', '10.0.0.2', 7000, 50, 2, 4)
      await rig.command({ do: 'faults', wire: 0, from: null, faults: NO_FAULTS })
      await rig.until(() => fatesOf(rig).delivered + fatesOf(rig).late === 50)
      await rig.run('a', 'udp_end', '10.0.0.2', 7000)
      const lines = (await rig.ended(receiver)).slice(1, -1)
      const numbers = lines.map((line) => Number(line.split(' ')[2]))
      const fates = fatesOf(rig)
      expect(fates.copy).toBeGreaterThan(5)
      expect(fates.late).toBeGreaterThan(5)
      expect(numbers).toHaveLength(50 + fates.copy)
      expect(new Set(numbers).size).toBe(50)
      expect(numbers).not.toEqual([...numbers].sort((x, y) => x - y))
      const inOrder = rig.frames.filter(({ fate }) => fate === 'delivered').map(({ sequence }) => sequence)
      expect(inOrder).toEqual([...inOrder].sort((x, y) => x - y))
      const handed = rig.frames.slice(0, -1).toSorted((x, y) => (x.handedOn ?? 0) - (y.handedOn ?? 0))
      expect(handed.map(({ bytes }) => Number(Buffer.from(look(bytes).payload).toString()))).toEqual(numbers)
    })

    it('delays in the direction it is told', async () => {
      const rig = await build(faulty({ from: 'a', delay: 80, jitter: 20 }))
      const receiver = await rig.ready('b', 'udp_receive', '10.0.0.2', 7000)
      const sender = await rig.run('a', 'udp_send', '10.0.0.2', 7000, 20, 5, 4)
      await rig.run('a', 'udp_end', '10.0.0.2', 7000)
      await rig.until(() => rig.frames.length === 21)
      await rig.until(() => receiver.lines.length >= 20)
      const under = receiver.lines.slice(1).flatMap((line) => {
        const [, came, text] = line.split(' ')
        return text === 'end' ? [] : [(Number(came) - Number(sender[Number(text)])) / 1e6]
      })
      expect(Math.min(...under)).toBeGreaterThanOrEqual(60)
      expect(Math.max(...under)).toBeLessThan(400)
      expect(Math.max(...under) - Math.min(...under)).toBeGreaterThan(10)
      const wire = rig.frames.map(({ arrived, handedOn }) => ((handedOn ?? 0) - arrived) / 1e6)
      expect(Math.min(...wire)).toBeGreaterThanOrEqual(60)
      const [back] = await rig.run('b', 'tcp_connect', '10.0.0.1', 9)
      const seconds = Number(back?.split(' ')[1])
      expect(seconds).toBeGreaterThanOrEqual(0.06)
      expect(seconds).toBeLessThan(0.4)
    })

    it('cuts the cable: nothing passes, what was under way is lost, and a connection goes on when it is mended', async () => {
      const rig = await build(faulty({ delay: 200 }))
      const server = await rig.ready('b', 'tcp_receive', '10.0.0.2', 7000)
      const receiver = await rig.ready('b', 'udp_receive', '10.0.0.2', 7001)
      await rig.run('a', 'udp_end', '10.0.0.2', 7001)
      await rig.command({ do: 'faults', wire: 0, from: null, faults: { ...NO_FAULTS, cut: true } })
      const sender = rig.start('a', 'tcp_send', '10.0.0.2', 7000, 1000)
      await rig.until(() => rig.frames.length >= 2)
      expect(rig.frames.every(({ fate, handedOn }) => fate === 'cut' && handedOn === null)).toBe(true)
      expect(receiver.lines).toEqual(['ready'])
      await rig.command({ do: 'faults', wire: 0, from: null, faults: NO_FAULTS })
      await rig.ended(sender)
      expect((await rig.ended(server)).at(-1)).toMatch(/^1000 /)
    })

    it('keeps to its rate, and its queue overflows', async () => {
      const faults = [{ from: 'a', rate: MEGABYTE, queue: 10 }]
      const rig = await build({ ...TWO, wires: [{ ...WIRE, faults }] })
      const receiver = await rig.ready('b', 'udp_receive', '10.0.0.2', 7000)
      await rig.run('a', 'udp_flood', '10.0.0.2', 7000, 30, 1208)
      await rig.until(() => rig.frames.length === 30)
      const fates = fatesOf(rig)
      // A frame of 1250 bytes takes 10 ms: one is sent and ten wait, while thirty come.
      expect(fates.delivered).toBeGreaterThanOrEqual(11)
      expect(fates.delivered).toBeLessThan(20)
      expect(fates.overflow).toBe(30 - fates.delivered)
      const handed = rig.frames.flatMap(({ handedOn }) => handedOn ?? []).sort((x, y) => x - y)
      const span = ((handed.at(-1) ?? 0) - (handed[0] ?? 0)) / 1e6
      expect(span).toBeGreaterThan(10 * (fates.delivered - 1) - 2)
      await rig.until(() => receiver.lines.length === 1 + fates.delivered)
    })

    it('deals the same fates for the same seed, others for another', async () => {
      const network = { ...faulty({ from: 'a', loss: 0.2, duplicate: 0.2, reorder: 0.2 }), seed: 7 }
      const rigs = [await build(network), await build(network)] as const
      for (const rig of rigs) await rig.ready('b', 'udp_receive', '10.0.0.2', 7000)
      const deal = async (rig: Rig) => {
        const before = rig.frames.length
        await rig.run('a', 'udp_flood', '10.0.0.2', 7000, 60, 4)
        const told = () => rig.frames.slice(before)
        await rig.until(() => told().filter(({ fate }) => fate !== 'copy').length === 60)
        await rig.command({ do: 'ask' })
        const first = Math.min(...told().map(({ sequence }) => sequence))
        return told()
          .map(({ sequence, fate }) => `${String(sequence - first).padStart(2)} ${fate}`)
          .sort()
      }
      const first = await deal(rigs[0])
      expect(first.join()).toMatch(/lost/)
      expect(await deal(rigs[0])).not.toEqual(first)
      await rigs[0].command({ do: 'seed', seed: 7 })
      expect(await deal(rigs[0])).toEqual(first)
      await rigs[0].command({ do: 'seed', seed: 8 })
      expect(await deal(rigs[0])).not.toEqual(first)
      expect(await deal(rigs[1])).toEqual(first)
    })
  })

  describe('the wire', () => {
    it('does not wait for a reader: what cannot be told is counted, and no byte is lost', async () => {
      const rig = await build(TWO)
      const server = await rig.ready('b', 'tcp_receive', '10.0.0.2', 7000)
      rig.reportStream.pause()
      const [sent] = await rig.run('a', 'tcp_send', '10.0.0.2', 7000, 20 * MEGABYTE)
      expect((await rig.ended(server)).at(-1)).toBe(`${sent?.split(' ').slice(0, 2).join(' ')} 10.0.0.1`)
      rig.reportStream.resume()
      await rig.command({ do: 'ask' })
      const [one, other] = lastCounters(rig)
      const gaps = rig.reports.filter((report) => report.kind === 'gap')
      expect(gaps.every(({ reason }) => reason === 'not-read')).toBe(true)
      const missing = gaps.reduce((sum, { count }) => sum + count, 0)
      expect(missing).toBeGreaterThan(1000)
      expect(rig.frames.length + missing).toBe(one.frames + other.frames)
      const sequences = new Set(rig.frames.map(({ sequence }) => sequence))
      expect(sequences.size).toBe(rig.frames.length)
    })

    it('goes on when its reader is gone', async () => {
      const rig = await build(TWO)
      rig.reportStream.destroy()
      const server = await rig.ready('b', 'tcp_receive', '10.0.0.2', 7000)
      await rig.run('a', 'tcp_send', '10.0.0.2', 7000, MEGABYTE)
      expect((await rig.ended(server)).at(-1)).toMatch(/^1000000 /)
      expect(rig.wireEnded).toBeNull()
    })

    it('counts what the kernel could not give it', async () => {
      const rig = await build(TWO)
      await rig.command({ do: 'keep', bytes: 0 })
      await rig.run('a', 'udp_flood', '10.0.0.2', 9, 60_000, 1)
      await rig.command({ do: 'ask' })
      const [one] = lastCounters(rig)
      const unseen = rig.reports.filter((report) => report.kind === 'gap' && report.reason === 'not-seen')
      figures.push(`${builder.name}, a flood of 60000 datagrams: ${one.frames} passed`)
      const missing = unseen.reduce((sum, gap) => sum + (gap.kind === 'gap' && gap.direction === 0 ? gap.count : 0), 0)
      expect(one.frames + missing).toBe(60_000)
    })

    it('answers a command it cannot carry out with what is wrong, and goes on', async () => {
      const rig = await build(TWO)
      const answer = await rig.command({ do: 'faults', wire: 5, from: null, faults: NO_FAULTS })
      expect(answer.trouble).toMatch(/IndexError/)
      expect((await rig.command({ do: 'ask' })).trouble).toBeNull()
    })

    it('ends when its commands do', async () => {
      const rig = await build(TWO)
      rig.commandStream.end()
      await rig.until(() => rig.wireEnded !== null)
      expect(rig.wireEnded).toBe(0)
    })
  })
})

function fatesOf(rig: Rig) {
  const count = (wanted: string) =>
    rig.frames.filter(({ fate, direction }) => fate === wanted && direction === 0).length
  return { delivered: count('delivered'), late: count('late'), copy: count('copy'), overflow: count('overflow') }
}
