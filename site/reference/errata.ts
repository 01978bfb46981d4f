/**
 * The errata of the article this course began with. What is said of each stands in `content/ui/<lang>/errata.json`; here
 * is what is the same in every language: its kind, its sources (see `sourceOf`) and the labs that show it.
 */

export const KINDS = ['wrong', 'old', 'mislead', 'gap', 'slip'] as const
export type Kind = (typeof KINDS)[number]

export interface Erratum {
  readonly number: number
  readonly kind: Kind
  readonly sources: readonly string[]
  /** Ids of labs. */
  readonly labs: readonly string[]
}

/** One line each: number, kind, sources, and after a bar the labs. */
const GROUPS = {
  layers: `
    1 mislead rfc1122#1.1.3 x200 | udp-envelopes
    2 gap rfc1122#1.1.3 rfc792 rfc826 run | udp-as-found udp-envelopes
    3 old ip.8 ipconfig | own-addresses
    4 wrong rfc1883 rfc2460 rfc8200 rfc3701 google apnic | own-ipv6
    5 wrong nro ripe exhaustion
    6 mislead rfc1883 rfc1752
    7 gap rfc1122#3.2.1.3 rfc4291#2.5.3 rfc1918 run | own-addresses ip-four-binds`,
  ports: `
    8 mislead rfc768 rfc9293#3.1 ip.7 run | udp-envelopes port-taken
    9 mislead rfc768 rfc6335#6 run | udp-aligned port-nobody
    10 wrong rfc6335#6 iana ip.7 | udp-aligned port-given
    11 wrong capabilities.7 ip.7 run | port-low port-low-right port-low-open
    12 gap rfc9114 rfc9000 iana
    13 gap bind.2 run | port-taken udp-as-found`,
  sockets: `
    14 wrong rfc9293#4 socket.2 socket.7 | socket-life
    15 mislead raw.7 packet.7 socket.7
    16 slip pysocket run
    17 mislead pysocket socket.2 run
    18 gap direct
    19 gap pysocket run | socket-waits`,
  bytes: `
    20 wrong pysocket nodenet nodedgram run | text-spelled
    21 old pystr run | text-spelled
    22 wrong pystr | text-spelled
    23 mislead pep528 pep686 pystr | text-mixed-up
    24 gap whatwg run | text-spelled
    25 slip rfc20`,
  udp: `
    26 mislead rfc4291#2 rfc1112 socket.7 run
    27 gap connect.2 udp.7 run | udp-refused
    28 mislead rfc768 run
    29 slip rfc792 rfc1122#4.1.3.1 run | udp-as-found udp-aligned
    30 wrong pysocket ip.7 run | udp-aligned
    31 wrong pysocket run | udp-aligned
    32 gap udp.7 recv.2 nodedgram msrecvfrom run
    33 wrong pysocket run
    34 mislead pysocket ip.7 nodenet run | ip-four-binds
    35 slip pylex article
    36 gap pysocket run
    37 gap send.2 nodedgram run | udp-dropped udp-as-found`,
  tcp: `
    38 mislead rfc9293#2.2 run | tcp-both-send
    39 mislead rfc9293#3.4 rfc9293#3.8.6.3 run | tcp-both-send
    40 mislead rfc768 rfc9293#3.1 rfc8200#8.1
    41 slip rfc5681 article
    42 gap rfc5681 rfc2018 rfc8985 | tcp-bad-road
    43 wrong pysocket recv.2 run | tcp-slices text-cut
    44 gap pysocket send.2 nodenet run | tcp-brake
    45 gap rfc9293#3.7 run | tcp-glue tcp-relay text-cut
    46 mislead rfc9293#3.6.1 rfc2525#2.17 shutdown.2 run | socket-life tcp-both-send
    47 wrong listen.2 pysocket posixlisten run
    48 mislead accept.2 run | tcp-client-sends socket-life
    49 mislead rfc9293#3.4.1 rfc9293#4
    50 wrong recv.2 accept.2 run
    51 slip rfc9293#3.5.2 run | tcp-as-found
    52 gap run
    53 gap socket.7 nodenet pysocket run`,
  compare: `
    54 mislead rfc8085#3.1 run | compare-speed compare-price
    55 mislead rfc9293#2.2 run | tcp-both-send
    56 gap rfc9114#1.1 run | compare-game udp-bad-road tcp-bad-road
    57 mislead rfc9293#3.4.1 | compare-price
    58 mislead rfc9293#3.5 | tcp-server-sends
    59 slip article
    60 gap rfc1034 rfc8446 rfc9000
    61 slip rfc4291#2.5.3 article | own-addresses own-ipv6`,
} as const

/** All errata, in their order, by what they are about. */
export const ERRATA: readonly { readonly group: keyof typeof GROUPS; readonly errata: readonly Erratum[] }[] =
  Object.entries(GROUPS).map(([group, lines]) => ({
    group: group as keyof typeof GROUPS,
    errata: lines.trim().split('\n').map(read),
  }))

function read(line: string): Erratum {
  const [said = '', shown = ''] = line.split('|')
  const [number, kind, ...sources] = said.trim().split(/\s+/)
  return { number: Number(number), kind: kind as Kind, sources, labs: shown.split(/\s+/).filter(Boolean) }
}
