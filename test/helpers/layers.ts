import type { Layer } from '../../labs/wire/decoded.ts'

/** For every bit of a header, how many fields say that it is theirs. A field that leaves its header is an error. */
export function allBits({ name, offset, length, fields }: Layer): number[] {
  const owners = Array<number>(8 * length).fill(0)
  for (const field of fields) {
    const from = 8 * (field.offset - offset) + (field.bits?.from ?? 0)
    const count = field.bits?.count ?? 8 * field.length
    const end = 8 * (field.offset - offset + field.length)
    if (from < 0 || count < 1 || from + count > end || end > owners.length) {
      throw new Error(`\`${name}.${field.name}\` at ${field.offset}+${field.length} is not inside its header.`)
    }
    for (let bit = from; bit < from + count; bit++) owners[bit] = (owners[bit] ?? 0) + 1
  }
  return owners
}
