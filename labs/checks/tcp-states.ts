/** What packets do to the state of one end (RFC 9293, sections 3.3.2 and 3.10.7). Null always: nothing. */
import type { Tcp } from '../wire/decoded.ts'
import type { TcpState } from './story.ts'

/** The state to which sending a packet brings an end. */
export function sentState(state: TcpState, { flags }: Tcp): TcpState | null {
  if (flags.includes('RST')) return state === 'CLOSED' ? null : 'CLOSED'
  if (flags.includes('SYN')) return state === 'CLOSED' ? (flags.includes('ACK') ? 'SYN-RECEIVED' : 'SYN-SENT') : null
  if (!flags.includes('FIN')) return null
  if (state === 'ESTABLISHED' || state === 'SYN-RECEIVED') return 'FIN-WAIT-1'
  return state === 'CLOSE-WAIT' ? 'LAST-ACK' : null
}

/** What is known of an end when a packet has arrived at it. */
export interface Arrival {
  /** Its own FIN is acknowledged. */
  readonly finAcknowledged: boolean
  /** The other's FIN has come, and everything before it. */
  readonly finished: boolean
  /** It answers this SYN by its own. */
  readonly answers: boolean
}

/** The state to which the arrival of a packet brings an end. */
export function arrivedState(state: TcpState, { flags }: Tcp, arrival: Arrival): TcpState | null {
  const acknowledges = flags.includes('ACK')
  if (flags.includes('RST')) return state === 'CLOSED' || state === 'TIME-WAIT' ? null : 'CLOSED'
  const isSyn = flags.includes('SYN')
  const called = isSyn ? synState(state, acknowledges, arrival.answers) : state
  const open = called === 'SYN-RECEIVED' && acknowledges && !isSyn ? 'ESTABLISHED' : called
  const heard = arrival.finAcknowledged ? (AFTER_ACK[open] ?? open) : open
  const result = arrival.finished ? (AFTER_FIN[heard] ?? heard) : heard
  return result === state ? null : result
}

/** A SYN comes to an end that listens, or that has called. Linux's listener begets a socket that has received SYN. */
function synState(state: TcpState, acknowledges: boolean, answers: boolean): TcpState {
  if (state === 'CLOSED') return answers ? 'SYN-RECEIVED' : 'CLOSED'
  if (state === 'SYN-SENT') return acknowledges ? 'ESTABLISHED' : 'SYN-RECEIVED'
  return state
}

const AFTER_ACK: Partial<Record<TcpState, TcpState>> = {
  'FIN-WAIT-1': 'FIN-WAIT-2',
  CLOSING: 'TIME-WAIT',
  'LAST-ACK': 'CLOSED',
}

const AFTER_FIN: Partial<Record<TcpState, TcpState>> = {
  ESTABLISHED: 'CLOSE-WAIT',
  'FIN-WAIT-1': 'CLOSING',
  'FIN-WAIT-2': 'TIME-WAIT',
}
