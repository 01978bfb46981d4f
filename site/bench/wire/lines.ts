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
const AIR = 10
const BOLD = 1.06

/** The lines of a packet. */
export function packetLines(
  { name, numbers, load }: PacketLabel,
  remarks: readonly string[],
  width: number,
  measure: Measure,
): Line[] {
  const fits = (bold: string, plain: string) => measure(bold) * BOLD + measure(plain) <= width - AIR
  const told = [numbers, load].filter((part) => part !== '')
  const all = told.join(APART)
  const label = fits(name, NEAR + all)
    ? [line(name, all)]
    : [line(name, ''), ...(fits('', all) ? [line('', all)] : told.map((part) => line('', part)))]
  return [...label, ...wrapped(remarks, width, measure)]
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

/** Lines of a sentence that is broken between its parts. */
export function partLines(parts: readonly string[], joint: string, width: number, measure: Measure): Line[] {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    const longer = last === undefined ? '' : last + joint + part
    if (last !== undefined && measure(longer) <= width - AIR) lines[lines.length - 1] = longer
    else lines.push(part)
  }
  return lines.map((text) => line('', text))
}

function line(bold: string, plain: string): Line {
  return { bold, plain, remark: false }
}
