/** What our fields are called by tshark, and how the two are held against each other. */

/**
 * - `same`: the same bytes, the same number or the same bytes as hex;
 * - `shown`: the same bytes, and the text in which tshark writes the value;
 * - `bits`: our bytes are among tshark's, and its value is cut down to these bits already;
 * - `inside`: our bytes are among those of a field that tshark does not divide;
 * - a function: our bytes are among tshark's; it gives our value from tshark's.
 */
export type How = 'same' | 'shown' | 'bits' | 'inside' | ((value: number) => number)

export interface Twin {
  readonly name: string
  readonly how: How
}

const each =
  (how: How) =>
  (...names: string[]): Twin[] =>
    names.map((name) => ({ name, how }))
const same = each('same')
const shown = each('shown')
const bits = each('bits')
const inside = each('inside')
const by = (name: string, how: (value: number) => number): Twin[] => [{ name, how }]

const ethernet = {
  destination: shown('eth.dst'),
  source: shown('eth.src'),
  type: same('eth.type', 'eth.len', 'eth.invalid_lentype'),
}

const arp = {
  hardwareType: same('arp.hw.type'),
  protocolType: same('arp.proto.type'),
  hardwareLength: same('arp.hw.size'),
  protocolLength: same('arp.proto.size'),
  operation: same('arp.opcode'),
  senderHardware: shown('arp.src.hw_mac', 'arp.src.hw'),
  senderAddress: shown('arp.src.proto_ipv4', 'arp.src.proto'),
  targetHardware: shown('arp.dst.hw_mac', 'arp.dst.hw'),
  targetAddress: shown('arp.dst.proto_ipv4', 'arp.dst.proto'),
}

const ipv4 = {
  version: by('ip.version', (byte) => byte >> 4),
  headerLength: by('ip.hdr_len', (byte) => byte & 15),
  dscp: bits('ip.dsfield.dscp'),
  ecn: bits('ip.dsfield.ecn'),
  totalLength: same('ip.len'),
  identification: same('ip.id'),
  reserved: bits('ip.flags.rb'),
  dontFragment: bits('ip.flags.df'),
  moreFragments: bits('ip.flags.mf'),
  fragmentOffset: bits('ip.frag_offset'),
  timeToLive: same('ip.ttl'),
  protocol: same('ip.proto'),
  checksum: same('ip.checksum'),
  source: shown('ip.src'),
  // Where a source route is not at its end, tshark calls its last address the destination.
  destination: shown('ip.dst', 'ip.cur_rt'),
  optionKind: [...same('ip.opt.type'), ...inside('options')],
  optionLength: [...same('ip.opt.len'), ...inside('options')],
  optionData: inside('options'),
  optionPointer: same('ip.opt.ptr'),
  routeAddress: shown('ip.rec_rt', 'ip.empty_rt', 'ip.src_rt', 'ip.dst').concat(inside('options')),
  timestampOverflow: bits('ip.opt.overflow'),
  timestampFlag: bits('ip.opt.flag'),
  timestampAddress: shown('ip.opt.time_stamp_addr'),
  timestamp: same('ip.opt.time_stamp'),
  routerAlert: same('ip.opt.ra'),
  padding: inside('options'),
}

const ipv6 = {
  version: by('ipv6.version', (byte) => byte >> 4),
  dscp: bits('ipv6.tclass.dscp'),
  ecn: bits('ipv6.tclass.ecn'),
  flowLabel: bits('ipv6.flow'),
  payloadLength: same('ipv6.plen'),
  nextHeader: same('ipv6.nxt'),
  hopLimit: same('ipv6.hlim'),
  source: shown('ipv6.src'),
  destination: shown('ipv6.dst'),
  hopByHopNextHeader: same('ipv6.hopopts.nxt'),
  hopByHopLength: same('ipv6.hopopts.len'),
  destinationOptionsNextHeader: same('ipv6.dstopts.nxt'),
  destinationOptionsLength: same('ipv6.dstopts.len'),
  optionKind: same('ipv6.opt.type'),
  optionLength: same('ipv6.opt.length'),
  optionData: inside('ipv6.opt', 'ipv6.opt.unknown'),
  padding: same('ipv6.opt.padn'),
  routerAlert: same('ipv6.opt.router_alert'),
  routingNextHeader: same('ipv6.routing.nxt'),
  routingLength: same('ipv6.routing.len'),
  routingType: same('ipv6.routing.type'),
  segmentsLeft: same('ipv6.routing.segleft'),
  routingData: inside('ipv6.routing'),
  fragmentNextHeader: same('ipv6.fraghdr.nxt'),
  fragmentReserved: same('ipv6.fraghdr.reserved_octet'),
  fragmentOffset: bits('ipv6.fraghdr.offset'),
  fragmentReservedBits: bits('ipv6.fraghdr.reserved_bits'),
  moreFragments: bits('ipv6.fraghdr.more'),
  identification: same('ipv6.fraghdr.ident'),
  authenticationNextHeader: same('ah.next_header'),
  authenticationLength: same('ah.length'),
  authenticationReserved: same('ah.reserved'),
  securityParametersIndex: same('ah.spi'),
  authenticationSequence: same('ah.sequence'),
  integrityCheck: same('ah.icv'),
}

const icmp = {
  type: same('icmp.type'),
  code: same('icmp.code'),
  checksum: same('icmp.checksum'),
  identifier: same('icmp.ident'),
  sequence: same('icmp.seq'),
  originateTimestamp: same('icmp.originate_timestamp'),
  receiveTimestamp: same('icmp.receive_timestamp'),
  transmitTimestamp: same('icmp.transmit_timestamp'),
  gateway: shown('icmp.redir_gw'),
  pointer: same('icmp.pointer'),
  originalLength: inside('icmp.length', 'icmp.unused'),
  nextHopMtu: same('icmp.mtu'),
  unused: inside('icmp.unused', 'icmp'),
  unusedRest: inside('icmp.unused'),
  restOfHeader: inside('icmp'),
}

const icmpv6 = {
  type: same('icmpv6.type'),
  code: same('icmpv6.code'),
  checksum: same('icmpv6.checksum'),
  originalLength: inside('icmpv6.length', 'icmpv6.reserved'),
  unused: inside('icmpv6.unused', 'icmpv6.reserved'),
  pointer: same('icmpv6.pointer'),
  identifier: same('icmpv6.echo.identifier'),
  sequence: same('icmpv6.echo.sequence_number'),
  restOfHeader: inside('icmpv6'),
  // Neighbour discovery
  reserved: [
    ...inside('icmpv6.reserved', 'icmpv6.nd.rs.reserved'),
    ...bits('icmpv6.nd.na.flag.rsv', 'icmpv6.nd.ra.flag.rsv'),
  ],
  target: shown('icmpv6.nd.ns.target_address', 'icmpv6.nd.na.target_address', 'icmpv6.nd.rd.target_address'),
  destination: shown('icmpv6.rd.na.destination_address'),
  router: bits('icmpv6.nd.na.flag.r'),
  solicited: bits('icmpv6.nd.na.flag.s'),
  override: bits('icmpv6.nd.na.flag.o'),
  currentHopLimit: same('icmpv6.nd.ra.cur_hop_limit'),
  managed: bits('icmpv6.nd.ra.flag.m'),
  otherConfiguration: bits('icmpv6.nd.ra.flag.o'),
  homeAgent: bits('icmpv6.nd.ra.flag.h'),
  preference: bits('icmpv6.nd.ra.flag.prf'),
  proxy: bits('icmpv6.nd.ra.flag.p'),
  routerLifetime: same('icmpv6.nd.ra.router_lifetime'),
  reachableTime: same('icmpv6.nd.ra.reachable_time'),
  retransmissionTimer: same('icmpv6.nd.ra.retrans_timer'),
  optionKind: same('icmpv6.opt.type'),
  optionLength: same('icmpv6.opt.length'),
  optionReserved: inside('icmpv6.opt.reserved', 'icmpv6.opt'),
  optionData: inside('icmpv6.opt', 'icmpv6'),
  linkLayerAddress: shown('icmpv6.opt.linkaddr'),
  prefixLength: same('icmpv6.opt.prefix.length'),
  onLink: bits('icmpv6.opt.prefix.flag.l'),
  autonomous: bits('icmpv6.opt.prefix.flag.a'),
  prefixReserved: by('icmpv6.opt.prefix.flag', (byte) => byte & 0x3f),
  validLifetime: same('icmpv6.opt.prefix.valid_lifetime'),
  preferredLifetime: same('icmpv6.opt.prefix.preferred_lifetime'),
  prefix: shown('icmpv6.opt.prefix'),
  redirectedPacket: inside('icmpv6.opt'),
  mtu: same('icmpv6.mtu'),
  linkMtu: same('icmpv6.opt.mtu'),
  // Listeners
  listenerReserved: inside('icmpv6.reserved'),
  maximumResponse: same('icmpv6.mld.maximum_response_delay', 'icmpv6.mld.maximum_response_code'),
  group: shown('icmpv6.mld.multicast_address', 'icmpv6.mldr.mar.multicast_address'),
  queryReserved: bits('icmpv6.mld.flag.reserved'),
  suppress: bits('icmpv6.mld.flag.s'),
  robustness: bits('icmpv6.mld.flag.qrv'),
  queryInterval: same('icmpv6.mld.qqi'),
  sources: same('icmpv6.mld.nb_sources', 'icmpv6.mldr.mar.nb_sources'),
  source: shown('icmpv6.mld.source_address', 'icmpv6.mldr.mar.source_address'),
  records: same('icmpv6.mldr.nb_mcast_records'),
  recordType: same('icmpv6.mldr.mar.record_type'),
  auxiliaryLength: same('icmpv6.mldr.mar.aux_data_len'),
  auxiliaryData: same('icmpv6.mldr.mar.auxiliary_data'),
}

const udp = {
  sourcePort: same('udp.srcport'),
  destinationPort: same('udp.dstport'),
  length: same('udp.length'),
  checksum: same('udp.checksum'),
}

const tcp = {
  sourcePort: same('tcp.srcport'),
  destinationPort: same('tcp.dstport'),
  sequence: same('tcp.seq_raw'),
  acknowledgment: same('tcp.ack_raw'),
  dataOffset: by('tcp.hdr_len', (byte) => byte >> 4),
  reserved: by('tcp.flags', (bits) => bits >> 9),
  ae: by('tcp.flags', (bits) => (bits >> 8) & 1),
  // In a conversation that has agreed on it, tshark sees a counter in these two and the bit before them (RFC 9768).
  cwr: [...bits('tcp.flags.cwr'), ...by('tcp.flags', (bits) => (bits >> 7) & 1)],
  ece: [...bits('tcp.flags.ece'), ...by('tcp.flags', (bits) => (bits >> 6) & 1)],
  urg: bits('tcp.flags.urg'),
  ack: bits('tcp.flags.ack'),
  psh: bits('tcp.flags.push'),
  rst: bits('tcp.flags.reset'),
  syn: bits('tcp.flags.syn'),
  fin: bits('tcp.flags.fin'),
  window: same('tcp.window_size_value'),
  checksum: same('tcp.checksum'),
  urgentPointer: same('tcp.urgent_pointer'),
  optionKind: same('tcp.option_kind'),
  optionLength: same('tcp.option_len'),
  optionData: inside('tcp.options'),
  padding: inside('tcp.options'),
  mss: same('tcp.options.mss_val'),
  windowScale: same('tcp.options.wscale.shift'),
  sackLeft: same('tcp.options.sack_le'),
  sackRight: same('tcp.options.sack_re'),
  timestampValue: same('tcp.options.timestamp.tsval'),
  timestampEcho: same('tcp.options.timestamp.tsecr'),
  fastOpenCookie: same('tcp.options.tfo.cookie'),
}

/** By layer and field; several where tshark has several names. */
export const TWINS: Readonly<Record<string, Readonly<Record<string, readonly Twin[]>>>> = {
  ethernet,
  arp,
  ipv4,
  ipv6,
  icmp,
  icmpv6,
  udp,
  tcp,
}

/** Headers, what they carry, and verdicts on checksums. */
export const HEADERS = {
  ethernet: 'eth',
  arp: 'arp',
  ipv4: 'ip',
  ipv6: 'ipv6',
  icmp: 'icmp',
  icmpv6: 'icmpv6',
  udp: 'udp',
  tcp: 'tcp',
}
export const PAYLOADS = ['tcp.payload', 'udp.payload']
export const VERDICTS = ['ip', 'icmp', 'icmpv6', 'udp', 'tcp'].map((name) => `${name}.checksum.status`)

/** Where tshark gives up. */
export const GIVEN_UP = '_ws.malformed'

/** Every name of tshark's that is looked at, and whether its text is. */
export const THEIRS: ReadonlyMap<string, boolean> = new Map([
  ...[...Object.values(HEADERS), ...PAYLOADS, GIVEN_UP].map((name) => [name, false] as const),
  ...VERDICTS.map((name) => [name, true] as const),
  ...Object.values(TWINS).flatMap((fields) =>
    Object.values(fields).flatMap((twins) => twins.map(({ name, how }) => [name, how === 'shown'] as const)),
  ),
])
