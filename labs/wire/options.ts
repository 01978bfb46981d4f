import type { Reader } from './reader.ts'

/** The two options of one byte that IPv4 and TCP share (RFC 791, section 3.1; RFC 9293, section 3.2). */
const END_OF_OPTIONS = 0
const NO_OPERATION = 1

/**
 * Reads the options of IPv4 or TCP up to `reader.until`: each is a kind, a length that counts all its bytes, and data.
 * `take` reads the data of the kinds it knows, exactly `length` bytes, and says whether it did; others stay opaque.
 */
export function readOptions(reader: Reader, take: (kind: number, length: number) => boolean): void {
  const { until } = reader
  while (reader.at < until && !reader.short) {
    const kind = reader.number('optionKind', 1)
    if (kind === NO_OPERATION) continue
    if (kind === END_OF_OPTIONS) reader.aside('padding', until - reader.at)
    else if (reader.at === until) reader.malformed()
    else {
      const length = reader.number('optionLength', 1) - 2
      if (length < 0 || reader.at + length > until) reader.giveUp(until)
      else if (!take(kind, length)) reader.aside('optionData', length)
    }
  }
}
