/** How many lines a packet's text takes, without its text: packets of one shape are as wide, whatever their numbers. */

import type { Packet } from '../../../labs/checks/story.ts'
import { REMARKS } from '../../../labs/checks/story.ts'
import { FATES } from '../../../labs/events.ts'
import { TCP_FLAGS } from '../../../labs/wire/decoded.ts'
import { otherAddress } from '../story/endpoints.ts'

/** The lines of each shape that was met, for one width and one language. */
export type Shapes = Map<number, number>

/**
 * What decides how wide a packet's text is: digits are all of one width, so only how many there are. Null for a packet
 * that has to be worded to know.
 */
export function shapeOf(packet: Packet): number | null {
  const { decoded, sequence, acknowledgment, remarks, fate, about } = packet
  const { tcp, udp, payload, ip } = decoded
  if ((!tcp && !udp) || ip?.fragment || otherAddress(packet) !== null) return null
  let shape = tcp ? 1 : 2
  let flags = 0
  if (tcp) for (const flag of tcp.flags) flags |= 1 << TCP_FLAGS.indexOf(flag)
  let remarked = 0
  for (const remark of remarks) remarked |= 1 << REMARKS.indexOf(remark)
  shape = shape * 256 + flags
  shape = shape * 16 + digits(sequence)
  shape = shape * 16 + digits(acknowledgment)
  shape = shape * 16 + digits(payload.length)
  shape = shape * 16 + FATES.indexOf(fate)
  shape = shape * 4096 + remarked
  return shape * 16 + (udp ? digits(udp.destinationPort) : digits(about))
}

/** One more than the digits of a number; 0 for none. One thing is worded otherwise than several. */
function digits(value: number | null): number {
  if (value === null) return 0
  if (value === 1) return 15
  return value < 1 ? 1 : Math.floor(Math.log10(value)) + 2
}
