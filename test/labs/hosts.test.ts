import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { findInterpreters } from '../../labs/bench/interpreters.ts'
import type { NetworkDefinition } from '../../labs/network.ts'
import { look } from '../helpers/frame.ts'
import { findBuilders, Rig } from '../helpers/network-rig.ts'
import { HOSTS, lastCounters, THREE, TWO, TWO_SIX, WIRE } from '../helpers/networks.ts'

const MEGABYTE = 1_000_000

const builders = findBuilders((await findInterpreters()).py?.path)
const figures: string[] = []

afterAll(() => {
  for (const figure of figures) console.log(figure)
})

for (const builder of builders) {
  const title = `built by ${builder.name}${builder.hindrance === null ? '' : ` (impossible here: ${builder.hindrance})`}`
  describe.skipIf(builder.hindrance !== null)(title, () => {
    const open: Rig[] = []
    const build = async (definition?: NetworkDefinition) => {
      const rig = await Rig.open(builder, definition)
      open.push(rig)
      return rig
    }

    afterEach(async () => {
      for (const rig of open.splice(0)) await rig.close()
    })

    describe('a host', () => {
      it('alone has loopback only, with an MTU of 1500, and IPv6 on it', async () => {
        const rig = await build()
        expect(rig.built.built).toEqual(['here'])
        expect(await rig.run('here', 'interfaces')).toEqual(shown(rig, 'lo'))
        expect(await rig.run('here', 'mtu', 'lo')).toEqual(['1500'])
        for (const address of ['127.0.0.1', '::1']) {
          const server = await rig.ready('here', 'tcp_receive', address, 7000)
          await rig.run('here', 'tcp_send', address, 7000, 100_000)
          expect((await rig.ended(server)).at(-1)).toMatch(/^100000 /)
        }
      })

      it('sees its own interfaces in /sys and none of the machine', async () => {
        const rig = await build(THREE)
        expect(await rig.run('a', 'interfaces')).toEqual(shown(rig, 'eth0 lo'))
        expect(await rig.run('r', 'interfaces')).toEqual(shown(rig, 'eth0 eth1 lo'))
      })

      it('has no way out, and none to the services on the machine', async () => {
        let visitors = 0
        const server = createServer(() => {
          visitors += 1
        })
        const port = await new Promise<number>((resolve) => {
          server.listen(0, '0.0.0.0', () => resolve((server.address() as { port: number }).port))
        })
        const rig = await build(TWO)
        const [refused] = await rig.run('a', 'tcp_connect', '127.0.0.1', port)
        const outside = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
        const addresses = outside.filter(({ family, internal }) => family === 'IPv4' && !internal)
        expect(refused).toMatch(/^ECONNREFUSED/)
        for (const { address } of [...addresses, { address: '192.0.2.1' }]) {
          expect((await rig.run('a', 'tcp_connect', address, port))[0]).toMatch(/^ENETUNREACH/)
          expect(await rig.run('a', 'udp_out', address, port)).toEqual(['ENETUNREACH'])
        }
        expect(visitors).toBe(0)
        server.close()
      })

      it('takes the sysctls of its lab, and another host does not', async () => {
        const rig = await build({
          ...TWO,
          hosts: [{ name: 'a', sysctls: { 'net.ipv4.tcp_syn_retries': 2 } }, { name: 'b' }],
        })
        expect(await rig.run('a', 'read', '/proc/sys/net/ipv4/tcp_syn_retries')).toEqual(['2'])
        expect(await rig.run('b', 'read', '/proc/sys/net/ipv4/tcp_syn_retries')).toEqual(['6'])
        expect(rig.built.missing).toEqual([])
      })

      it('does not speak unless it is spoken to: two seconds of silence, with IPv4 and with IPv6', async () => {
        const networks = [TWO, TWO_SIX, THREE, { ...TWO_SIX, arp: true }]
        const rigs = await Promise.all(networks.map((network) => build(network)))
        const ears = rigs.flatMap((rig) => [
          { rig, ear: rig.start('a', 'silence', 'eth0', 2) },
          { rig, ear: rig.start('b', 'silence', 'eth0', 2) },
        ])
        for (const { rig, ear } of ears) expect(await rig.ended(ear)).toEqual(['ready', 'over'])
        for (const rig of rigs) {
          await rig.command({ do: 'ask' })
          expect(rig.frames).toEqual([])
        }
      })
    })

    describe('two hosts', () => {
      it('exchange datagrams; every frame is told once, as a tap in either host sees it', async () => {
        const rig = await build(TWO)
        const taps = [await rig.ready('a', 'tap', 'eth0'), await rig.ready('b', 'tap', 'eth0')]
        const receiver = await rig.ready('b', 'udp_receive', '10.0.0.2', 7000)
        await rig.run('a', 'udp_send', '10.0.0.2', 7000, 20, 0, 30)
        await rig.run('a', 'udp_end', '10.0.0.2', 7000)
        await rig.ended(receiver)
        const server = await rig.ready('b', 'tcp_receive', '10.0.0.2', 7001)
        const [sent] = await rig.run('a', 'tcp_send', '10.0.0.2', 7001, 100_000)
        const taken = (await rig.ended(server)).at(-1)
        expect(taken).toBe(`${sent?.split(' ').slice(0, 2).join(' ')} 10.0.0.1`)

        await rig.run('a', 'tcp_connect', '10.0.0.2', 9)
        const { upTo } = await rig.command({ do: 'ask' })
        await rig.until(() => taps.every(({ lines }) => lines.length === rig.frames.length + 1))
        const told = (direction: 0 | 1) =>
          rig.frames.flatMap(({ direction: way, bytes }) => (way === direction ? [hex(bytes)] : [])).sort()
        // Two processors may show a tap two frames in another order than they were sent in.
        const tapped = (tap: number, way: string) =>
          taps[tap]?.lines.flatMap((line) => (line.startsWith(`${way} `) ? [line.split(' ')[2]] : [])).sort()
        expect(told(0)).toEqual(tapped(0, 'out'))
        expect(told(0)).toEqual(tapped(1, 'in'))
        expect(told(1)).toEqual(tapped(1, 'out'))
        expect(told(1)).toEqual(tapped(0, 'in'))

        expect(rig.frames.every(({ fate }) => fate === 'delivered')).toBe(true)
        expect(rig.frames.map(({ sequence }) => sequence).sort((x, y) => x - y)).toEqual(rig.frames.map((_, i) => i))
        expect(rig.frames.every(({ arrived, handedOn }) => handedOn !== null && handedOn > arrived)).toBe(true)
        expect(rig.frames.every(({ handedOn }) => (handedOn ?? 0) < Number(process.hrtime.bigint()))).toBe(true)
        expect(upTo).toBeGreaterThan(Math.max(...rig.frames.map(({ arrived }) => arrived)))
      })

      it('have readable hardware addresses and know them without asking', async () => {
        const rig = await build(TWO)
        await rig.run('a', 'udp_send', '10.0.0.2', 7000, 1, 0, 4)
        await rig.command({ do: 'ask' })
        const [first] = rig.frames.map(({ bytes }) => look(bytes))
        expect(first).toMatchObject({ protocol: 'udp', source: '02:00:00:00:00:01', target: '02:00:00:00:00:02' })
      })

      it('ask for them in a lab about ARP', async () => {
        const rig = await build({ ...TWO, arp: true })
        const receiver = await rig.ready('b', 'udp_receive', '10.0.0.2', 7000)
        await rig.run('a', 'udp_end', '10.0.0.2', 7000)
        await rig.ended(receiver)
        const seen = rig.frames.map(({ bytes }) => look(bytes))
        expect(seen.slice(0, 3).map(({ protocol }) => protocol)).toEqual(['arp', 'arp', 'udp'])
        expect(seen[0]).toMatchObject({ target: 'ff:ff:ff:ff:ff:ff', to: '10.0.0.2' })
      })

      it('exchange datagrams and streams over IPv6', async () => {
        const rig = await build(TWO_SIX)
        const receiver = await rig.ready('b', 'udp_receive', 'fd00::2', 7000)
        await rig.run('a', 'udp_end', 'fd00::2', 7000)
        expect((await rig.ended(receiver)).at(-1)).toMatch(/^64 \d+ end$/)
        const server = await rig.ready('b', 'tcp_receive', 'fd00::2', 7001)
        const [sent] = await rig.run('a', 'tcp_send', 'fd00::2', 7001, 100_000)
        expect((await rig.ended(server)).at(-1)).toBe(`${sent?.split(' ').slice(0, 2).join(' ')} fd00::1`)
        expect(rig.frames.filter(({ bytes }) => !look(bytes).sound)).toEqual([])
      })

      it('hear a broadcast once, and nobody else is there to answer', async () => {
        const rig = await build(TWO)
        const receiver = await rig.ready('b', 'udp_receive', '0.0.0.0', 7000)
        await rig.run('a', 'udp_send', '10.0.0.255', 7000, 3, 0, 4)
        await rig.run('a', 'udp_end', '10.0.0.2', 7000)
        expect(await rig.ended(receiver)).toHaveLength(5)
        await rig.command({ do: 'ask' })
        expect(rig.frames.map(({ direction, bytes }) => [direction, look(bytes).target.slice(0, 2)])).toEqual([
          [0, 'ff'],
          [0, 'ff'],
          [0, 'ff'],
          [0, '02'],
        ])
      })

      it('do without IPv4 where the lab gives them none', async () => {
        const rig = await build({ hosts: HOSTS, wires: [{ ends: { a: ['fd00::1/64'], b: ['fd00::2/64'] } }] })
        expect(await rig.run('a', 'udp_connected', 'fd00::2', 9)).toEqual(['ECONNREFUSED'])
        expect(await rig.run('a', 'udp_out', '10.0.0.2', 9)).toEqual(['ENETUNREACH'])
      })

      it('learn from ICMP that nobody is at a port', async () => {
        const rig = await build(TWO)
        expect(await rig.run('a', 'udp_connected', '10.0.0.2', 9)).toEqual(['ECONNREFUSED'])
        expect(rig.frames.map(({ bytes }) => look(bytes).protocol)).toEqual(['udp', 'icmp'])
      })

      it('see no offload: no frame above 1514 bytes, every checksum right', async () => {
        const rig = await build(TWO)
        const server = await rig.ready('b', 'tcp_receive', '10.0.0.2', 7000)
        await rig.run('a', 'tcp_send', '10.0.0.2', 7000, MEGABYTE)
        await rig.ended(server)
        await rig.command({ do: 'ask' })
        expect(rig.frames.length).toBeGreaterThan(MEGABYTE / 1448)
        expect(rig.frames.filter(({ length, bytes }) => length > 1514 || length !== bytes.length)).toEqual([])
        expect(rig.frames.filter(({ bytes }) => !look(bytes).sound)).toEqual([])
      })

      it('keep to the MTU of their wire', async () => {
        const rig = await build({ ...TWO, wires: [{ ...WIRE, mtu: 600 }] })
        const server = await rig.ready('b', 'tcp_receive', '10.0.0.2', 7000)
        await rig.run('a', 'tcp_send', '10.0.0.2', 7000, 10_000)
        await rig.ended(server)
        expect(Math.max(...rig.frames.map(({ length }) => length))).toBe(614)
      })

      it.each([
        { told: 'counters only', bytes: null },
        { told: 'the first 128 bytes', bytes: 128 },
        { told: 'whole frames', bytes: 65_536 },
      ])('carry a bulk of TCP without a loss, with $told', async ({ told, bytes }) => {
        const rig = await build(TWO)
        await rig.command({ do: 'keep', bytes })
        const server = await rig.ready('b', 'tcp_receive', '10.0.0.2', 7000)
        const [sent = ''] = await rig.run('a', 'tcp_send', '10.0.0.2', 7000, 50 * MEGABYTE)
        const [count, hash, seconds] = sent.split(' ')
        expect((await rig.ended(server)).at(-1)).toBe(`${count} ${hash} 10.0.0.1`)
        figures.push(
          `${builder.name}, TCP with ${told}: ${Math.round((8 * 50) / Number(seconds))} Mbit/s, hosts built in ${rig.built.took.toFixed(1)} ms`,
        )
        await rig.command({ do: 'ask' })
        const counters = lastCounters(rig)
        const missed = rig.reports.filter((report) => report.kind === 'gap')
        expect(missed.filter(({ reason }) => reason === 'not-seen')).toEqual([])
        const unread = missed.reduce((sum, gap) => sum + (gap.reason === 'not-read' ? gap.count : 0), 0)
        const frames = counters[0].frames + counters[1].frames
        expect(rig.frames.length + unread).toBe(bytes === null ? 0 : frames)
        expect(counters[0].fates.delivered).toBe(counters[0].frames)
        expect(rig.frames.every((frame) => frame.bytes.length === Math.min(frame.length, bytes ?? 0))).toBe(true)
      })
    })

    describe('three hosts in a row', () => {
      it('the middle one forwards: the TTL falls by one, the hardware addresses change', async () => {
        const rig = await build(THREE)
        for (const address of ['10.0.2.2', 'fd00:2::2']) {
          const receiver = await rig.ready('b', 'udp_receive', address, 7000)
          await rig.run('a', 'udp_end', address, 7000)
          expect((await rig.ended(receiver)).at(-1)).toMatch(/^63 \d+ end$/)
        }
        const seen = rig.frames.map(({ wire, bytes }) => ({ wire, ...look(bytes) }))
        expect(seen.map(({ wire, ttl, source, target }) => [wire, ttl, source, target])).toEqual([
          [0, 64, '02:00:00:00:00:01', '02:00:00:00:00:02'],
          [1, 63, '02:00:00:00:00:03', '02:00:00:00:00:04'],
          [0, 64, '02:00:00:00:00:01', '02:00:00:00:00:02'],
          [1, 63, '02:00:00:00:00:03', '02:00:00:00:00:04'],
        ])
      })

      it('it tells the sender of a datagram whose TTL ran out, and the far end of a port where nobody is', async () => {
        const rig = await build(THREE)
        expect(await rig.run('a', 'udp_try', '10.0.2.2', 33_434, 1)).toEqual(['11 0 10.0.1.1'])
        expect(rig.frames.some(({ wire }) => wire === 1)).toBe(false)
        expect(await rig.run('a', 'udp_try', '10.0.2.2', 33_434, 2)).toEqual(['3 3 10.0.2.2'])
        expect(await rig.run('a', 'udp_try', 'fd00:2::2', 33_434, 1)).toEqual(['3 0 fd00:1::1'])
        expect(await rig.run('a', 'udp_try', 'fd00:2::2', 33_434, 2)).toEqual(['1 4 fd00:2::2'])
      })

      it('a stream passes both wires whole', async () => {
        const rig = await build(THREE)
        const server = await rig.ready('b', 'tcp_receive', '10.0.2.2', 7000)
        const [sent] = await rig.run('a', 'tcp_send', '10.0.2.2', 7000, MEGABYTE)
        expect((await rig.ended(server)).at(-1)).toBe(`${sent?.split(' ').slice(0, 2).join(' ')} 10.0.1.2`)
        expect(new Set(rig.frames.map(({ wire }) => wire))).toEqual(new Set([0, 1]))
      })
    })
  })
}

/** What a host says of these interfaces: that it has them, and that /sys shows them or nothing at all. */
function shown(rig: Rig, interfaces: string): string[] {
  return [interfaces, rig.built.covered === 'sysfs' ? interfaces : '']
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
