import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { ipv4Text, ipv6Text } from '../address.ts'
import type { Endpoint } from '../events.ts'

/** One socket in the kernel's table, as `/proc/PID/net/{tcp,tcp6,udp,udp6}` tells it. */
export interface TableRow {
  readonly protocol: 'tcp' | 'udp'
  /** The state's name as Linux counts them (`include/net/tcp_states.h`), for example `LISTEN`. */
  readonly state: string
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly receiveQueue: number
  readonly sendQueue: number
  /** The number by which `/proc/PID/fd` names the same socket. */
  readonly inode: string
}

const STATES = [
  '',
  'ESTABLISHED',
  'SYN-SENT',
  'SYN-RECEIVED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'CLOSED',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'NEW-SYN-RECEIVED',
]

const TABLES = [
  ['tcp', 'tcp'],
  ['tcp6', 'tcp'],
  ['udp', 'udp'],
  ['udp6', 'udp'],
] as const

/** Whether this system tells which process holds which socket. Found out once: to read the table takes a millisecond. */
export function socketsAreTold(): boolean {
  told ??= existsSync('/proc/self/net/tcp')
  return told
}

let told: boolean | undefined

/** The sockets a process holds now, among those that are in the kernel's table. Empty when the process has ended. */
export function socketsOf(pid: number): TableRow[] {
  const inodes = new Set(socketInodes(pid))
  if (inodes.size === 0) return []
  return readTables(pid).filter(({ inode }) => inodes.has(inode))
}

/**
 * The processes that hold these ports of this machine's own network, TCP in LISTEN or UDP, by port. A process this user
 * cannot look into is left out.
 */
export function holdersOfPorts(ports: ReadonlySet<number>): Map<number, number> {
  const held = new Map(
    readTables('self').flatMap(({ protocol, state, local: { port }, inode }) =>
      ports.has(port) && (protocol === 'udp' || state === 'LISTEN') ? [[inode, port] as const] : [],
    ),
  )
  const holders = new Map<number, number>()
  if (held.size === 0) return holders
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    for (const inode of socketInodes(pid)) {
      const port = held.get(inode)
      if (port !== undefined) holders.set(port, pid)
    }
  }
  return holders
}

/** Reads one table of `/proc/net`; rows that are cut short are left out. */
export function readSocketTable(text: string, protocol: 'tcp' | 'udp'): TableRow[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, remote, state, queues = '', , , , , inode] = line.trim().split(/\s+/)
      if (local === undefined || remote === undefined || state === undefined || inode === undefined) return []
      const [sendQueue = 0, receiveQueue = 0] = queues.split(':').map((queue) => Number.parseInt(queue, 16))
      return [
        {
          protocol,
          state: STATES[Number.parseInt(state, 16)] ?? `state ${state}`,
          local: readEndpoint(local),
          remote: readEndpoint(remote),
          receiveQueue,
          sendQueue,
          inode,
        },
      ]
    })
}

/** All sockets of the network that a process is in. */
export function readTables(pid: number | 'self'): TableRow[] {
  return TABLES.flatMap(([file, protocol]) => {
    try {
      return readSocketTable(readFileSync(`/proc/${pid}/net/${file}`, 'latin1'), protocol)
    } catch {
      // No such family in this kernel, no such kernel, or the process has just ended.
      return []
    }
  })
}

/** An address as the kernel prints it: 32-bit words in the machine's own byte order, then the port, all in hex. */
function readEndpoint(text: string): Endpoint {
  const [hex = '', port = '0'] = text.split(':')
  const words = hex.match(/.{8}/g) ?? []
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)))
  return { address: bytes.length === 4 ? ipv4Text(bytes) : ipv6Text(bytes), port: Number.parseInt(port, 16) }
}

/** The numbers of all sockets a process holds, also of those that are in no table. */
export function socketInodes(pid: number): string[] {
  return heldSockets(pid).map(({ inode }) => inode)
}

/**
 * The sockets a process holds, with the descriptors by which it does; none of those that this process holds as well: in
 * its first moments, before it becomes another program, a process that was started here has them all.
 */
export function heldSockets(pid: number): HeldSocket[] {
  const held = socketLinks(pid)
  if (held.length === 0 || pid === process.pid) return held
  const ours = new Set(socketLinks(process.pid).map(({ inode }) => inode))
  return held.filter(({ inode }) => !ours.has(inode))
}

interface HeldSocket {
  readonly descriptor: number
  readonly inode: string
}

function socketLinks(pid: number): HeldSocket[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1]
        return inode === undefined ? [] : [{ descriptor: Number(descriptor), inode }]
      } catch {
        // Closed between the two looks.
        return []
      }
    })
  } catch {
    return []
  }
}
