/** What decoding a frame gives. Offsets are bytes from the frame's first; lengths are in bytes. Pure. */

/** One field of a header: where its bytes lie and what they say. */
export interface Field {
  /**
   * `<layer>.<name>` is unique in a frame but for repeated options: `destinationPort`. Bytes of a field that is not all
   * there are called `incomplete`, so that every bit of a header belongs to exactly one field.
   */
  readonly name: string
  readonly offset: number
  readonly length: number
  /** Where the field is smaller than its bytes: its first bit, counted from the highest of `offset`, and its bits. */
  readonly bits: { readonly from: number; readonly count: number } | null
  /**
   * The number as it stands on the wire, neither scaled nor multiplied; or the text in which such a value is written:
   * `10.0.0.1`, `02:00:00:00:00:01`; bytes that mean nothing here as hex.
   */
  readonly value: number | string
}

export const LAYERS = ['ethernet', 'arp', 'ipv4', 'ipv6', 'icmp', 'icmpv6', 'udp', 'tcp'] as const
export type LayerName = (typeof LAYERS)[number]

/** What is wrong with a layer; what could be read before that is there all the same. */
export const DEFECTS = [
  /** The frame ends, or what was kept of it ends, before the header does. */
  'truncated',
  /** A length or version in the header contradicts itself or the layers around it. */
  'malformed',
  'unknown-protocol',
] as const
export type Defect = (typeof DEFECTS)[number]

/** One header of a frame. */
export interface Layer {
  readonly name: LayerName
  readonly offset: number
  readonly length: number
  readonly fields: readonly Field[]
  readonly defect: Defect | null
}

export interface Ip {
  readonly version: 4 | 6
  readonly source: string
  readonly destination: string
  /** The number of the protocol above, behind all extension headers (IANA, Protocol Numbers). */
  readonly protocol: number
  /** TTL or hop limit. */
  readonly hopLimit: number
  /** Null for a packet that is whole. `offset` is of the payload, in bytes. */
  readonly fragment: { readonly id: number; readonly offset: number; readonly more: boolean } | null
  /** Length of the whole packet with its header, as it says itself. */
  readonly length: number
}

/** RFC 9293, section 3.1; RFC 3168 for ECE and CWR. */
export const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const
export type TcpFlag = (typeof TCP_FLAGS)[number]

export interface Tcp {
  readonly sourcePort: number
  readonly destinationPort: number
  /** As on the wire, not relative. */
  readonly sequence: number
  readonly acknowledgment: number
  /** In the order of `TCP_FLAGS`. */
  readonly flags: readonly TcpFlag[]
  /** As on the wire, not scaled. */
  readonly window: number
  readonly options: {
    readonly mss: number | null
    /** The shift count (RFC 7323, section 2). */
    readonly windowScale: number | null
    readonly sackPermitted: boolean
    /** Left and right edges (RFC 2018, section 3). */
    readonly sack: readonly (readonly [number, number])[]
    readonly timestamps: { readonly value: number; readonly echo: number } | null
  }
}

export interface Udp {
  readonly sourcePort: number
  readonly destinationPort: number
  /** Header and payload, as the header says. */
  readonly length: number
}

export interface Icmp {
  readonly version: 4 | 6
  readonly type: number
  readonly code: number
  /** `port-unreachable`, `echo-request`, `time-exceeded` …; null for a type or code without one here. */
  readonly name: string | null
  /** The packet that an error message carries, from its IP header on. Its offsets too are from the frame's first byte. */
  readonly about: Decoded | null
}

export interface Arp {
  readonly operation: number
  readonly senderHardware: string
  readonly senderAddress: string
  readonly targetHardware: string
  readonly targetAddress: string
}

/** A frame, as far as it could be decoded. Only what was read completely is not null. */
export interface Decoded {
  /** From the outside in. */
  readonly layers: readonly Layer[]
  readonly ip: Ip | null
  readonly tcp: Tcp | null
  readonly udp: Udp | null
  readonly icmp: Icmp | null
  readonly arp: Arp | null
  /** What the innermost header carries. `length` is what the headers say; fewer bytes may have been kept. */
  readonly payload: { readonly offset: number; readonly length: number; readonly bytes: Uint8Array }
}
