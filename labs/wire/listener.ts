import { ipv6Text } from '../address.ts'
import type { Reader } from './reader.ts'

/** A query of version 1 is this long after its checksum, one of version 2 at least 4 bytes longer (RFC 3810, section 8.1). */
const VERSION_1 = 20

/**
 * Reads what follows the checksum in the messages by which hosts tell routers which groups they listen to (RFC 2710,
 * section 3; RFC 3810, section 5); false for others.
 */
export function readListener(reader: Reader, type: number): boolean {
  if (type >= 130 && type <= 132) {
    const later = type === 130 && reader.until - reader.at > VERSION_1
    reader.number('maximumResponse', 2)
    reader.number('listenerReserved', 2)
    reader.aside('group', 16, ipv6Text)
    if (later) readQuery(reader)
  } else if (type === 143) readReport(reader)
  else return false
  return true
}

/** RFC 3810, section 5.1. */
function readQuery(reader: Reader): void {
  reader.bits('queryReserved', 4)
  reader.bits('suppress', 1)
  reader.bits('robustness', 3)
  reader.number('queryInterval', 1)
  readSources(reader, reader.number('sources', 2))
}

/** RFC 3810, section 5.2. */
function readReport(reader: Reader): void {
  reader.number('listenerReserved', 2)
  const records = reader.number('records', 2)
  for (let i = 0; i < records && !reader.short; i++) {
    reader.number('recordType', 1)
    const auxiliary = 4 * reader.number('auxiliaryLength', 1)
    const sources = reader.number('sources', 2)
    reader.aside('group', 16, ipv6Text)
    readSources(reader, sources)
    reader.aside('auxiliaryData', auxiliary)
  }
}

function readSources(reader: Reader, count: number): void {
  for (let i = 0; i < count && !reader.short; i++) reader.aside('source', 16, ipv6Text)
}
