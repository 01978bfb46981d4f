/** Which methods and events are told, and what they do. */
import type { Deed } from '../../events.ts'

type Deeds = Readonly<Record<string, Deed>>

export const SOCKET_METHODS: Deeds = {
  connect: 'connect',
  write: 'send',
  end: 'shutdown',
  read: 'receive',
  destroy: 'close',
  destroySoon: 'close',
  resetAndDestroy: 'close',
  pause: 'other',
  resume: 'other',
  pipe: 'other',
  address: 'other',
  setTimeout: 'option',
  setNoDelay: 'option',
  setKeepAlive: 'option',
  setTypeOfService: 'option',
}

export const SERVER_METHODS: Deeds = { listen: 'listen', close: 'close', address: 'other' }

export const DATAGRAM_METHODS: Deeds = {
  bind: 'bind',
  bindSync: 'bind',
  connect: 'connect',
  connectSync: 'connect',
  disconnect: 'other',
  send: 'send',
  close: 'close',
  address: 'other',
  remoteAddress: 'other',
  setBroadcast: 'option',
  setTTL: 'option',
  setMulticastTTL: 'option',
  setMulticastLoopback: 'option',
  setMulticastInterface: 'option',
  addMembership: 'option',
  dropMembership: 'option',
  addSourceSpecificMembership: 'option',
  dropSourceSpecificMembership: 'option',
  setRecvBufferSize: 'option',
  setSendBufferSize: 'option',
  getRecvBufferSize: 'option',
  getSendBufferSize: 'option',
}

/** What makes a socket or a server. */
export const MAKERS = { createServer: 'socket', connect: 'connect', createConnection: 'connect' } as const

/**
 * The events that are told when the program asked for them. Those that only confirm what a call was told to do are
 * `other`, so that nothing is counted twice.
 */
export const EVENTS: Deeds = {
  listening: 'listen',
  connection: 'accept',
  connect: 'connect',
  data: 'receive',
  message: 'receive',
  end: 'receive',
  error: 'other',
  ready: 'other',
  readable: 'other',
  finish: 'other',
  drain: 'other',
  close: 'other',
  timeout: 'other',
  lookup: 'other',
  drop: 'other',
}
