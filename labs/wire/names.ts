import type { LayerName } from './decoded.ts'

/** Where a field is described. */
export interface Origin {
  readonly rfc: number
  /** Its number, or its title in documents that do not number their sections. */
  readonly section: string
}

/** Where a field of a layer is described; null for what is incomplete and for names that no decoder gives. */
export function originOf(layer: LayerName, field: string): Origin | null {
  return ORIGINS[layer][field] ?? null
}

/** The address of a section for those who want to read it. */
export function urlOf({ rfc, section }: Origin): string {
  return `https://www.rfc-editor.org/rfc/rfc${rfc}.html${/^\d/.test(section) ? `#section-${section}` : ''}`
}

/** The same section for several fields. */
function each(rfc: number, section: string, names: string): Record<string, Origin> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, { rfc, section }]))
}

const ethernet = each(894, 'Frame Format', 'destination source type')

const arp = each(
  826,
  'Packet format',
  `hardwareType protocolType hardwareLength protocolLength operation
   senderHardware senderAddress targetHardware targetAddress`,
)

const ipv4 = {
  ...each(
    791,
    '3.1',
    `version headerLength totalLength identification reserved dontFragment moreFragments fragmentOffset timeToLive
     protocol checksum source destination optionKind optionLength optionData optionPointer routeAddress
     timestampOverflow timestampFlag timestampAddress timestamp padding`,
  ),
  ...each(2474, '3', 'dscp'),
  ...each(3168, '5', 'ecn'),
  ...each(2113, '2.1', 'routerAlert'),
}

const ipv6 = {
  ...each(8200, '3', 'version flowLabel payloadLength nextHeader hopLimit source destination'),
  ...each(2474, '3', 'dscp'),
  ...each(3168, '5', 'ecn'),
  ...each(8200, '4.2', 'optionKind optionLength optionData padding'),
  ...each(2711, '2.1', 'routerAlert'),
  ...each(8200, '4.3', 'hopByHopNextHeader hopByHopLength'),
  ...each(8200, '4.4', 'routingNextHeader routingLength routingType segmentsLeft routingData'),
  ...each(
    8200,
    '4.5',
    'fragmentNextHeader fragmentReserved fragmentOffset fragmentReservedBits moreFragments identification',
  ),
  ...each(8200, '4.6', 'destinationOptionsNextHeader destinationOptionsLength'),
  ...each(4302, '2.1', 'authenticationNextHeader'),
  ...each(4302, '2.2', 'authenticationLength'),
  ...each(4302, '2.3', 'authenticationReserved'),
  ...each(4302, '2.4', 'securityParametersIndex'),
  ...each(4302, '2.5', 'authenticationSequence'),
  ...each(4302, '2.6', 'integrityCheck'),
}

const icmp = {
  ...each(792, 'Message Formats', 'type code checksum unused unusedRest restOfHeader'),
  ...each(792, 'Echo or Echo Reply Message', 'identifier sequence'),
  ...each(792, 'Timestamp or Timestamp Reply Message', 'originateTimestamp receiveTimestamp transmitTimestamp'),
  ...each(792, 'Redirect Message', 'gateway'),
  ...each(792, 'Parameter Problem Message', 'pointer'),
  ...each(4884, '4', 'originalLength'),
  ...each(1191, '4', 'nextHopMtu'),
}

const icmpv6 = {
  ...each(4443, '2.1', 'type code checksum restOfHeader'),
  ...each(4443, '3', 'unused'),
  ...each(4884, '4', 'originalLength'),
  ...each(4443, '3.2', 'mtu'),
  ...each(4443, '3.4', 'pointer'),
  ...each(4443, '4.1', 'identifier sequence'),
  ...each(4861, '4', 'reserved target'),
  ...each(4861, '4.2', 'currentHopLimit managed otherConfiguration routerLifetime reachableTime retransmissionTimer'),
  ...each(6275, '7.1', 'homeAgent'),
  ...each(4191, '2.2', 'preference'),
  ...each(4389, '4.1.3.3', 'proxy'),
  ...each(4861, '4.4', 'router solicited override'),
  ...each(4861, '4.5', 'destination'),
  ...each(4861, '4.6', 'optionKind optionLength optionReserved optionData'),
  ...each(4861, '4.6.1', 'linkLayerAddress'),
  ...each(4861, '4.6.2', 'prefixLength onLink autonomous prefixReserved validLifetime preferredLifetime prefix'),
  ...each(4861, '4.6.3', 'redirectedPacket'),
  ...each(4861, '4.6.4', 'linkMtu'),
  ...each(2710, '3', 'maximumResponse listenerReserved'),
  ...each(3810, '5', 'group sources source'),
  ...each(3810, '5.1', 'queryReserved suppress robustness queryInterval'),
  ...each(3810, '5.2', 'records recordType auxiliaryLength auxiliaryData'),
}

const udp = each(768, 'Fields', 'sourcePort destinationPort length checksum')

const tcp = {
  ...each(
    9293,
    '3.1',
    `sourcePort destinationPort sequence acknowledgment dataOffset reserved urg ack psh rst syn fin window checksum
     urgentPointer optionKind optionLength optionData padding`,
  ),
  ...each(9768, '3', 'ae'),
  ...each(3168, '6.1', 'cwr ece'),
  ...each(9293, '3.7.1', 'mss'),
  ...each(7323, '2.2', 'windowScale'),
  ...each(7323, '3.2', 'timestampValue timestampEcho'),
  ...each(2018, '3', 'sackLeft sackRight'),
  ...each(7413, '4.1.1', 'fastOpenCookie'),
}

/** Every field that a decoder gives, by layer. */
export const ORIGINS: Readonly<Record<LayerName, Readonly<Record<string, Origin>>>> = {
  ethernet,
  arp,
  ipv4,
  ipv6,
  icmp,
  icmpv6,
  udp,
  tcp,
}
