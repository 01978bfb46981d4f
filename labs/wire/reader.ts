import type { Defect, Field } from './decoded.ts'

/** The name of bytes that belong to a field which is not all there. */
export const INCOMPLETE = 'incomplete'

/**
 * Reads a header from its first byte to its last, so that every bit belongs to exactly one field. It never throws: what
 * lies behind the end is read as 0, writes no field, and leaves `short` true.
 */
export class Reader {
  readonly bytes: Uint8Array
  /** The next byte. */
  at: number
  /** Where the layers around say that this header must have ended; may lie behind the bytes that were kept. */
  until: number
  /** Something was wanted that is not there. Everything read from then on is 0. */
  short = false
  defect: Defect | null = null
  /** What was read so far; null when only the values are wanted, which is several times as fast. */
  readonly fields: Field[] | null
  #bit = 0

  constructor(bytes: Uint8Array, at: number, until: number, fields: Field[] | null) {
    this.bytes = bytes
    this.at = at
    this.until = until
    this.fields = fields
  }

  /** A number of 1, 2, 3 or 4 whole bytes, the highest first (RFC 791, appendix B). */
  number(name: string, length: number): number {
    if (!this.#reaches(length)) return 0
    const { bytes, at } = this
    let value = 0
    for (let i = at; i < at + length; i++) value = (value << 8) | (bytes[i] as number)
    value >>>= 0
    this.fields?.push({ name, offset: at, length, bits: null, value })
    this.at = at + length
    return value
  }

  /** The next bits of a byte or of a few; a header that has begun a byte by bits must finish it by bits. */
  bits(name: string, count: number): number {
    const from = this.#bit
    const length = (from + count + 7) >> 3
    if (!this.#reaches(length)) return 0
    const { bytes, at } = this
    let value = 0
    for (let i = at; i < at + length; i++) value = (value << 8) | (bytes[i] as number)
    value = (value >>> (8 * length - from - count)) & (2 ** count - 1)
    this.fields?.push({ name, offset: at, length, bits: { from, count }, value })
    this.at = at + ((from + count) >> 3)
    this.#bit = (from + count) & 7
    return value
  }

  /** A value that is written as text, such as an address. */
  text(name: string, length: number, write: (bytes: Uint8Array, at: number) => string): string {
    if (!this.#reaches(length)) return ''
    const { bytes, at } = this
    const value = write(bytes, at)
    this.fields?.push({ name, offset: at, length, bits: null, value })
    this.at = at + length
    return value
  }

  /** A value that no summary needs: it is put into words only when fields are wanted. Of length 0 it is no field. */
  aside(name: string, length: number, write: (bytes: Uint8Array, at: number, length: number) => string = hex): void {
    if (length <= 0 || !this.#reaches(length)) return
    const { bytes, at } = this
    this.fields?.push({ name, offset: at, length, bits: null, value: write(bytes, at, length) })
    this.at = at + length
  }

  /**
   * From now on the header ends here, as it says itself. When it cannot, because the layers around it end earlier, it is
   * malformed and false comes back.
   */
  endsAt(end: number): boolean {
    if (end < this.at || end > this.until) return this.malformed()
    this.until = end
    return true
  }

  /** A length or a value contradicts the rest; gives false, for whoever has to say that it could not read on. */
  malformed(): false {
    this.defect ??= 'malformed'
    return false
  }

  /** The options up to `end` cannot be told apart any more. */
  giveUp(end: number): void {
    this.malformed()
    this.aside('optionData', end - this.at)
  }

  /** What is there of a field that is not whole belongs to the header too. `end` is where the header does. */
  leave(end: number): void {
    const length = end - this.at
    if (length > 0 && this.fields !== null) {
      const bits = this.#bit === 0 ? null : { from: this.#bit, count: 8 * length - this.#bit }
      this.fields.push({ name: INCOMPLETE, offset: this.at, length, bits, value: hex(this.bytes, this.at, length) })
    }
    this.at = end
  }

  #reaches(length: number): boolean {
    if (this.short) return false
    const end = this.at + length
    if (end <= this.until && end <= this.bytes.length) return true
    this.short = true
    this.defect ??= end > this.until ? 'malformed' : 'truncated'
    return false
  }
}

/** Bytes without a meaning here, as hexadecimal digits. */
export function hex(bytes: Uint8Array, at: number, length: number): string {
  let text = ''
  for (let i = at; i < at + length; i++) text += (bytes[i] as number).toString(16).padStart(2, '0')
  return text
}
