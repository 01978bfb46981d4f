/** The text above an arrow, broken into as few lines as fit between the lanes. Pure. */
import type { PacketLabel } from '../story/packet-words.ts'

/** One line: what is set bold, and what follows it. */
export interface Line {
  readonly bold: string
  readonly plain: string
  /** It is a remark, not what the packet says itself. */
  readonly remark: boolean
}

/** How wide a text is, in px. */
export type Measure = (text: string) => number

/** Between parts that belong together, and between those that do not. */
const NEAR = ' '
const APART = ' · '
/** Text keeps this distance from the lanes, in px; bold text is wider by this factor. */
const AIR = 6
const BOLD = 1.06

/** The lines of a packet. */
export function packetLines(
  { name, numbers, load }: PacketLabel,
  remarks: readonly string[],
  width: number,
  measure: Measure,
): Line[] {
  const fits = (bold: string, plain: string) => measure(bold) * BOLD + measure(plain) <= width - AIR
  const all = [numbers, load].filter((part) => part !== '').join(APART)
  const remark = remarks.join(APART)
  if (remark === '') {
    if (fits(name, NEAR + all)) return [line(name, all)]
    if (fits('', all)) return [line(name, ''), line('', all)]
    if (fits(name, NEAR + load)) return [line(name, load), line('', numbers)]
    return [line(name, ''), line('', numbers), line('', load)].filter(({ bold, plain }) => bold + plain !== '')
  }
  const below = (fits('', all) ? [all] : [numbers, load]).filter((part) => part !== '').map((part) => line('', part))
  // A remark belongs to the name: it says what kind of packet this is.
  if (fits(name, NEAR + remark)) return [{ bold: name, plain: remark, remark: true }, ...below]
  return [line(name, ''), ...wrapped(remarks, width, measure), ...below]
}

/** Lines of remarks: as many on each as fit. */
export function wrapped(remarks: readonly string[], width: number, measure: Measure): Line[] {
  const lines: string[] = []
  for (const remark of remarks) {
    const last = lines.at(-1)
    const longer = last === undefined ? '' : last + APART + remark
    if (last !== undefined && measure(longer) <= width - AIR) lines[lines.length - 1] = longer
    else lines.push(remark)
  }
  return lines.map((text) => ({ bold: '', plain: text, remark: true }))
}

/** Lines of a list, broken between its parts; what counts most, the first part, is bold. */
export function partLines(parts: readonly string[], joint: string, width: number, measure: Measure): Line[] {
  const lines: { bold: string; plain: string }[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    const comma = joint.trimEnd()
    if (last === undefined) lines.push({ bold: part, plain: '' })
    else if (last.plain === '' && measure(last.bold + comma) * BOLD + measure(NEAR + part) <= width - AIR) {
      last.bold += comma
      last.plain = part
    } else if (
      last.plain !== '' &&
      measure(last.bold) * BOLD + measure(NEAR + last.plain + joint + part) <= width - AIR
    ) {
      last.plain += joint + part
    } else lines.push({ bold: '', plain: part })
  }
  return lines.map((one) => ({ ...one, remark: false }))
}

function line(bold: string, plain: string): Line {
  return { bold, plain, remark: false }
}
