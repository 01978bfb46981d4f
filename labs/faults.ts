/** What a wire may do to frames, as a lab declares it and as a reader sets it. Pure. */

/** The kinds of frames to which loss and a cut can be limited, by name. */
export const FRAME_KINDS = [
  /** TCP with SYN and without ACK: the first packet of a connection. */
  'syn',
  /** TCP with SYN and ACK. */
  'synack',
  /** TCP with FIN. */
  'fin',
  /** TCP with RST. */
  'rst',
  /** TCP with ACK alone: no payload and no other flag that counts. */
  'ack',
  /** TCP with payload. */
  'data',
  'tcp',
  'udp',
  /** ICMP, and ICMPv6 as far as it is not neighbour discovery. */
  'icmp',
  /** ARP, and IPv6's neighbour discovery. */
  'arp',
] as const
export type FrameKind = (typeof FRAME_KINDS)[number]

/** Faults of a wire, as an author or a reader writes them; what is not named does not happen. */
export interface FaultsDefinition {
  /** The host whose frames meet them; without it, both directions do. */
  readonly from?: string
  /** The share of frames that vanish, 0 to 1. */
  readonly loss?: number
  /** How long a frame is under way, in ms. */
  readonly delay?: number
  /** By how much the delay of each frame varies, up and down, in ms. Frames may overtake each other by it. */
  readonly jitter?: number
  /** The share of frames that arrive twice, 0 to 1. */
  readonly duplicate?: number
  /** The share of frames that are held back until one to three later ones have passed (or 100 ms), 0 to 1. */
  readonly reorder?: number
  /** What the wire carries, in bit/s of whole frames. */
  readonly rate?: number | null
  /** How many frames may wait for a wire with a rate; what comes on top overflows. */
  readonly queue?: number
  /** Whether nothing passes. What is under way when the cut happens is lost too. */
  readonly cut?: boolean
  /** The kinds of frames that `loss` and `cut` concern; without it, all. */
  readonly only?: FrameKind | readonly FrameKind[] | null
}

/** Checked faults of one direction. */
export interface Faults {
  readonly loss: number
  readonly delay: number
  readonly jitter: number
  readonly duplicate: number
  readonly reorder: number
  /** Null: as fast as the machine can. */
  readonly rate: number | null
  readonly queue: number
  readonly cut: boolean
  /** Null: all kinds. */
  readonly only: readonly FrameKind[] | null
}

/** A wire that does nothing to its frames. */
export const NO_FAULTS: Faults = {
  loss: 0,
  delay: 0,
  jitter: 0,
  duplicate: 0,
  reorder: 0,
  rate: null,
  queue: 20,
  cut: false,
  only: null,
}

const KEYS = ['from', 'loss', 'delay', 'jitter', 'duplicate', 'reorder', 'rate', 'queue', 'cut', 'only']
const LIMITS = {
  loss: [0, 1, 'a share from 0 to 1'],
  duplicate: [0, 1, 'a share from 0 to 1'],
  reorder: [0, 1, 'a share from 0 to 1'],
  delay: [0, 10_000, 'milliseconds from 0 to 10000'],
  jitter: [0, 10_000, 'milliseconds from 0 to 10000'],
  rate: [1000, 1e9, 'bits per second from 1000 to 1e9'],
  queue: [1, 1000, 'a number of frames from 1 to 1000'],
} as const

/**
 * Checks faults that an author wrote or a reader sent, and completes them. `ends` are the hosts of the wire.
 * `refuse` is told what is wrong, in words, and must throw. `from` is null for both directions.
 */
export function readFaults(
  value: unknown,
  ends: readonly [string, string],
  refuse: (what: string) => never,
): { from: string | null; faults: Faults } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('faults are `{ loss, delay, … }`')
  }
  const given = value as Record<string, unknown>
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key)) refuse(`unknown key \`${key}\` in faults; they have ${KEYS.join(', ')}`)
  }
  const { from = null, cut = false, only = null } = given
  if (from !== null && !ends.includes(from as string)) {
    return refuse(`\`from\` is ${show(from)}; it must name an end of the wire: ${ends.join(' or ')}`)
  }
  if (typeof cut !== 'boolean') return refuse(`\`cut\` is ${show(cut)}; it must be true or false`)
  const kinds = only === null ? null : Array.isArray(only) ? only : [only]
  const stranger = kinds?.find((kind) => !FRAME_KINDS.includes(kind))
  if (stranger !== undefined || kinds?.length === 0) {
    return refuse(`\`only\` is ${show(only)}; it must name kinds of frames: ${FRAME_KINDS.join(', ')}`)
  }
  const amount = (key: keyof typeof LIMITS) => {
    const [least, most, words] = LIMITS[key]
    const number = given[key]
    if (number === undefined || (key === 'rate' && number === null)) return NO_FAULTS[key]
    if (typeof number !== 'number' || !(number >= least && number <= most)) {
      return refuse(`\`${key}\` is ${show(number)}; it must be ${words}`)
    }
    if (key === 'queue' && !Number.isInteger(number)) return refuse(`\`queue\` is ${number}; it must be a whole number`)
    return number
  }
  const faults = {
    loss: amount('loss') as number,
    delay: amount('delay') as number,
    jitter: amount('jitter') as number,
    duplicate: amount('duplicate') as number,
    reorder: amount('reorder') as number,
    rate: amount('rate'),
    queue: amount('queue') as number,
    cut,
    only: kinds as FrameKind[] | null,
  }
  if (faults.only && faults.loss === 0 && !cut) {
    refuse('`only` limits `loss` and `cut`, and there is neither; name one of them')
  }
  return { from: from as string | null, faults }
}

function show(value: unknown): string {
  return `\`${JSON.stringify(value)?.slice(0, 40) ?? String(value)}\``
}
