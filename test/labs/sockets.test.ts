import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { readSocketTable, socketsAreTold, socketsOf } from '../../labs/instruments/sockets.ts'

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const row = (local: string, remote: string, state: string, inode = '4711') =>
  `   0: ${local} ${remote} ${state} 00000080:00000001 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 100 0`

/** An IPv6 address as the kernel of a little-endian machine prints it. */
const kernelHex = (bytes: number[]) =>
  [0, 4, 8, 12]
    .map((at) => Buffer.from(bytes.slice(at, at + 4).reverse()).toString('hex'))
    .join('')
    .toUpperCase()

const groups = (text: string) => text.split(' ').flatMap((group) => [...Buffer.from(group.padStart(4, '0'), 'hex')])

describe("the kernel's table", () => {
  test('gives addresses, ports, states, queues and inodes', () => {
    const table = [HEAD, row('0100007F:3216', '0100007F:D431', '01'), row('00000000:0050', '00000000:0000', '0A', '9')]
    expect(readSocketTable(table.join('\n'), 'tcp')).toEqual([
      {
        protocol: 'tcp',
        state: 'ESTABLISHED',
        local: { address: '127.0.0.1', port: 12822 },
        remote: { address: '127.0.0.1', port: 54321 },
        receiveQueue: 1,
        sendQueue: 128,
        inode: '4711',
      },
      {
        protocol: 'tcp',
        state: 'LISTEN',
        local: { address: '0.0.0.0', port: 80 },
        remote: { address: '0.0.0.0', port: 0 },
        receiveQueue: 1,
        sendQueue: 128,
        inode: '9',
      },
    ])
  })

  test('is read as far as it goes: cut rows are left out, an unknown state keeps its number', () => {
    const cut = row('0100007F:3216', '00000000:0000', '0A').slice(0, 60)
    const table = [HEAD, cut, row('0100007F:3216', '00000000:0000', 'FF'), '']
    expect(readSocketTable(table.join('\n'), 'udp').map(({ state }) => state)).toEqual(['state FF'])
    expect(readSocketTable('', 'udp')).toEqual([])
  })

  test.each([
    ['0 0 0 0 0 0 0 0', '::'],
    ['0 0 0 0 0 0 0 1', '::1'],
    ['fe80 0 0 0 1 2 3 4', 'fe80::1:2:3:4'],
    ['2001 db8 0 0 1 0 0 1', '2001:db8::1:0:0:1'],
    ['2001 db8 0 1 1 1 1 1', '2001:db8:0:1:1:1:1:1'],
    ['10 0 0 5 0 0 0 1', '10:0:0:5::1'],
    ['1 0 0 0 0 0 0 0', '1::'],
    ['1 2 3 4 5 6 7 8', '1:2:3:4:5:6:7:8'],
    ['0 0 0 0 0 ffff 7f00 1', '::ffff:127.0.0.1'],
  ])('writes the IPv6 address %s as %s', (address, text) => {
    const table = `${HEAD}\n${row(`${kernelHex(groups(address))}:0016`, `${'0'.repeat(32)}:0000`, '0A')}`
    expect(readSocketTable(table, 'tcp')[0]?.local).toEqual({ address: text, port: 22 })
  })
})

describe.runIf(socketsAreTold())('a process', () => {
  test('is seen with the sockets it holds, and only as long as it holds them', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = connect(port, '127.0.0.1')
    const [accepted] = await once(server, 'connection')
    const receiver = createSocket('udp4').bind(0, '127.0.0.1')
    await once(receiver, 'listening')
    const datagrams = receiver.address().port

    const seen = () =>
      socketsOf(process.pid).map(({ protocol, state, local, remote }) => [protocol, state, local.port, remote.port])
    expect(seen()).toContainEqual(['tcp', 'LISTEN', port, 0])
    expect(seen()).toContainEqual(['tcp', 'ESTABLISHED', client.localPort, port])
    expect(seen()).toContainEqual(['tcp', 'ESTABLISHED', port, client.localPort])
    expect(seen()).toContainEqual(['udp', 'CLOSED', datagrams, 0])

    client.destroy()
    accepted.destroy()
    receiver.close()
    await new Promise((resolve) => server.close(resolve))
    expect(seen().filter(([, , local]) => local === port || local === datagrams)).toEqual([])
  })

  test('that has ended holds none', () => {
    expect(socketsOf(2 ** 22)).toEqual([])
  })
})
