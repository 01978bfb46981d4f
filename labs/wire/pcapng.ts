/**
 * Writes captured frames as a pcapng file, which Wireshark and others open. Numbers are in little-endian order, which the
 * file says of itself (draft-ietf-opsawg-pcapng, section 4.1). Pure.
 */

/** Where frames were captured: a wire, or a host's loopback. Frames name it by its place in the list. */
export interface CaptureInterface {
  readonly name: string
  readonly description?: string
}

export interface CapturedFrame {
  readonly interface: number
  /** Nanoseconds after `Capture.began`; a whole number. */
  readonly t: number
  /** From the Ethernet header on, as many as were kept. */
  readonly bytes: Uint8Array
  /** The whole length on the wire, in bytes. */
  readonly length: number
  /** Stands beside the frame in the list of whoever opens the file: what became of it. */
  readonly comment?: string | undefined
}

export interface Capture {
  readonly interfaces: readonly CaptureInterface[]
  readonly frames: readonly CapturedFrame[]
  /** The moment from which frames count their time, in nanoseconds since 1970 (UTC). */
  readonly began: bigint
  /** What wrote the file. */
  readonly application: string
  readonly comment?: string | undefined
}

/** The whole file. A frame of an interface that is not in the list is an error. */
export function writePcapng({ interfaces, frames, began, application, comment }: Capture): Uint8Array<ArrayBuffer> {
  const strange = frames.find((frame) => interfaces[frame.interface] === undefined)
  if (strange !== undefined) {
    throw new Error(`A frame names interface ${strange.interface}, but there are only ${interfaces.length}.`)
  }
  return join([
    sectionHeader(application, comment),
    ...interfaces.map(interfaceDescription),
    ...frames.map((frame) => enhancedPacket(frame, began + BigInt(frame.t))),
  ])
}

/** Blocks by their type (section 11.1). */
const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const ENHANCED_PACKET = 6

/** Options by their code: of all blocks (section 3.5), of the section header (4.1), of interfaces (4.2). */
const END_OF_OPTIONS = 0
const COMMENT = 1
const SECTION_APPLICATION = 4
const INTERFACE_NAME = 2
const INTERFACE_TEXT = 3
const TIME_RESOLUTION = 9

/** LINKTYPE_ETHERNET, and the power of ten by which a second is divided. */
const ETHERNET = 1
const NANOSECONDS = 9

function sectionHeader(application: string, comment: string | undefined): Uint8Array {
  // Version 1.0, and a length of -1: until the end of the file.
  const fixed = numbers([0x1a2b3c4d, 4], [1, 2], [0, 2], [0xffffffff, 4], [0xffffffff, 4])
  return block(SECTION_HEADER, [fixed], [text(COMMENT, comment), text(SECTION_APPLICATION, application)])
}

function interfaceDescription({ name, description }: CaptureInterface): Uint8Array {
  // No limit is said for how much of a frame is kept: each frame says it.
  const fixed = numbers([ETHERNET, 2], [0, 2], [0, 4])
  const resolution = option(TIME_RESOLUTION, Uint8Array.of(NANOSECONDS))
  return block(
    INTERFACE_DESCRIPTION,
    [fixed],
    [text(INTERFACE_NAME, name), text(INTERFACE_TEXT, description), resolution],
  )
}

function enhancedPacket({ interface: place, bytes, length, comment }: CapturedFrame, time: bigint): Uint8Array {
  const high = Number((time >> 32n) & 0xffffffffn)
  const low = Number(time & 0xffffffffn)
  const fixed = numbers([place, 4], [high, 4], [low, 4], [bytes.length, 4], [Math.max(length, bytes.length), 4])
  return block(ENHANCED_PACKET, [fixed, bytes, padding(bytes.length)], [text(COMMENT, comment)])
}

/** Section 3.1: type, length of the whole block, body, options, and the length once more. */
function block(type: number, body: readonly Uint8Array[], options: readonly Uint8Array[]): Uint8Array {
  const said = options.filter(({ length }) => length > 0)
  const inside = join(said.length === 0 ? body : [...body, ...said, numbers([END_OF_OPTIONS, 2], [0, 2])])
  const length = inside.length + 12
  return join([numbers([type, 4], [length, 4]), inside, numbers([length, 4])])
}

/** Section 3.5; empty when there is nothing to say. */
function text(code: number, value: string | undefined): Uint8Array {
  return value === undefined || value === '' ? new Uint8Array() : option(code, new TextEncoder().encode(value))
}

function option(code: number, value: Uint8Array): Uint8Array {
  // Its length has 16 bits; nothing that long is ever said here.
  const kept = value.subarray(0, 0xffff)
  return join([numbers([code, 2], [kept.length, 2]), kept, padding(kept.length)])
}

/** Zeros up to the next multiple of 4. */
const padding = (length: number) => new Uint8Array((4 - (length % 4)) % 4)

/** Numbers, each with how many bytes it has. */
function numbers(...list: readonly (readonly [number, number])[]): Uint8Array {
  return Uint8Array.from(list.flatMap(([value, size]) => Array.from({ length: size }, (_, i) => value >>> (8 * i))))
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
