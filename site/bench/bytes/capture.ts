/** The packets of a run as a file that Wireshark opens. Pure. */
import type { Packet, Story } from '../../../labs/checks/story.ts'
import { type CaptureInterface, writePcapng } from '../../../labs/wire/pcapng.ts'
import type { Cast } from '../story/cast.ts'

/**
 * All packets of a story as pcapng: one interface for each wire and for each host's loopback that was used, and beside
 * each packet that had a fate of its own what became of it.
 * @param began when the bench's clock read 0, in nanoseconds since 1970
 */
export function captureOf({ packets }: Story, { wires }: Cast, began: bigint, title: string): Uint8Array<ArrayBuffer> {
  const places = [...new Set(packets.map(placeOf))]
  const interfaces = places.map((place): CaptureInterface => {
    const wire = wires[Number(place)]
    return wire ? { name: `wire${place}`, description: `${wire[0]} - ${wire[1]}` } : { name: `lo of ${place}` }
  })
  const frames = [...packets]
    .sort((one, other) => one.t - other.t)
    .map((packet) => ({
      interface: places.indexOf(placeOf(packet)),
      t: Math.round(packet.t),
      bytes: packet.bytes,
      length: packet.length,
      comment: packet.fate === 'delivered' ? undefined : packet.fate,
    }))
  return writePcapng({ interfaces, frames, began, application: 'Both Ends', comment: title })
}

function placeOf({ wire, from }: Packet): string {
  return wire === null ? from : String(wire)
}
