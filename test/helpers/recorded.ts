/** A made-up run with an event of every kind, for tests of what writes, reads and plays recordings. */

import type { BenchEvent, Happening } from '../../labs/events.ts'
import { NO_FAULTS } from '../../labs/faults.ts'
import { PROTOCOL } from '../../labs/protocol.ts'
import type { Known, RecordingHeader } from '../../labs/recording.ts'

export const KNOWN: Known = {
  lab: 'udp-aligned',
  programs: ['receive', 'send'],
  views: [],
  hosts: ['a', 'b'],
  wires: 1,
}

export const HEADER: RecordingHeader = {
  lab: 'udp-aligned',
  languages: { receive: 'py', send: 'ts' },
  recorded: '2026-08-20T09:30:00Z',
  protocol: PROTOCOL,
  course: '0.1.0',
  system: 'Linux 6.1.0',
  network: 'own',
}

const utf8 = (text: string) => new TextEncoder().encode(text)
const local = { address: 'fd00::1', port: 40112 }
const remote = { address: '10.0.0.2', port: 12822 }
const socket = { id: 1, protocol: 'udp', descriptor: 17, local, remote } as const
const told = { program: 'send', run: 2, socket, line: 7, offset: 12 } as const
const outcome = { value: '4', error: null, bytes: 4, peer: remote, accepted: null } as const
const row = {
  id: 'udp:7',
  protocol: 'udp',
  state: 'UNCONN',
  local,
  remote: null,
  receiveQueue: 0,
  sendQueue: 0,
  owner: { program: 'send', run: 2, descriptor: 17 },
} as const

/** One of each kind, in an order in which they may stand; the compiler names the one that is missing. */
const EACH: { readonly [Kind in Happening['kind']]: Extract<Happening, { kind: Kind }> } = {
  blind: { kind: 'blind', instrument: 'calls', detail: 'no tracer' },
  seed: { kind: 'seed', seed: 7 },
  faults: { kind: 'faults', wire: 0, from: 'a', faults: { ...NO_FAULTS, loss: 0.5, only: ['udp'] } },
  starting: {
    kind: 'starting',
    program: 'send',
    run: 2,
    language: 'ts',
    columns: 80,
    rows: 24,
    edited: { text: 'a\n"ü"' },
  },
  started: { kind: 'started', program: 'send', run: 2, pid: 4711, command: ['node', 'send.ts'] },
  call: { kind: 'call', call: 1, name: 'send', deed: 'send', args: "b'\\xca'", bytes: 4, ...told },
  return: { kind: 'return', call: 1, ...told, ...outcome },
  armed: { kind: 'armed', event: 'message', awaited: true, ...told, socket: null },
  heard: { kind: 'heard', event: 'message', deed: 'receive', ...told, ...outcome, accepted: socket },
  held: { kind: 'held', name: 'send', deed: 'send', args: null, ...told },
  waits: { kind: 'waits', program: 'send', run: 2, syscall: 'epoll_wait' },
  sockets: {
    kind: 'sockets',
    host: 'a',
    rows: [row, { ...row, owner: null, local: null }],
    gone: ['tcp:1'],
    whole: true,
  },
  counters: { kind: 'counters', host: 'b', counters: { UdpInDatagrams: 1 } },
  missing: { kind: 'missing', what: 'packets', count: 3, since: 5, until: 9, why: 'not-read' },
  upto: { kind: 'upto', instrument: 'packets', upTo: 12 },
  ready: { kind: 'ready', program: 'send', run: 2, socket: { protocol: 'udp', ...local } },
  notice: { kind: 'notice', program: 'send', run: 2, trouble: { kind: 'input-full', program: 'send', bytes: 9 } },
  failed: { kind: 'failed', program: 'send', run: 2, trouble: { kind: 'no-interpreter', language: 'ts' } },
  hold: { kind: 'hold', program: 'send', on: true },
  released: { kind: 'released', program: 'send', run: 2 },
  stopping: { kind: 'stopping', program: 'send', run: 2 },
  exited: { kind: 'exited', program: 'send', run: 2, code: 0, signal: null, stopped: true },
  gap: { kind: 'gap', program: 'send', from: 0, to: 100 },
  settled: { kind: 'settled' },
}

const frame = { kind: 'frame', fate: 'delivered', length: 60, bytes: Uint8Array.of(0, 1, 202, 254) } as const

/** All of them, with output that is text and output that is not, and frames of loopback and of a wire. */
export const EVENTS: readonly BenchEvent[] = [
  ...Object.values(EACH).slice(0, 3),
  {
    kind: 'starting',
    program: 'receive',
    run: 1,
    language: 'py',
    columns: 80,
    rows: 24,
    edited: { text: null },
  } as const,
  { kind: 'output', program: 'receive', run: 1, offset: 0, bytes: utf8('数据\r\n') } as const,
  { kind: 'output', program: 'receive', run: 1, offset: 8, bytes: Uint8Array.of(0xca, 0xfd) } as const,
  { kind: 'output', program: 'receive', run: 1, offset: 10, bytes: utf8('\x1b[31m€\u2028\0') } as const,
  { ...frame, wire: null, from: 1, handedOn: 6 } as const,
  { ...frame, wire: 0, from: 0, handedOn: null, fate: 'lost' } as const,
  ...Object.values(EACH).slice(3),
].map((happening, index) => ({ ...happening, n: index + 1, t: 1000 * index + 5 }))
