/** One thing that an attack was to prove, and what was seen. */
export interface Finding {
  readonly what: string
  /** What was seen: a number with its unit, or words. */
  readonly seen: string
  /** What it had to be. */
  readonly wanted: string
  readonly holds: boolean
}

/** An attack, by its name, and what it found. */
export interface Report {
  readonly attack: string
  /** In ms. */
  readonly took: number
  readonly findings: readonly Finding[]
}

/** That a number is at most so much. */
export function atMost(what: string, seen: number, most: number, unit = ''): Finding {
  return { what, seen: `${round(seen)}${unit}`, wanted: `≤ ${round(most)}${unit}`, holds: seen <= most }
}

/** That a number is exactly this. */
export function exactly(what: string, seen: number, wanted: number, unit = ''): Finding {
  return { what, seen: `${seen}${unit}`, wanted: `${wanted}${unit}`, holds: seen === wanted }
}

/** That a text says what it should; the text is shown by its last line that says something. */
export function says(what: string, text: string, wanted: RegExp): Finding {
  const found = wanted.exec(text)?.[0] ?? text.trim().split(/\r?\n/).at(-1) ?? ''
  return { what, seen: found.slice(0, 60), wanted: `${wanted}`.slice(0, 40), holds: wanted.test(text) }
}

/** The reports as a table, one line for each finding. */
export function table(reports: readonly Report[]): string {
  const rows = reports.flatMap(({ attack, took, findings }) =>
    findings.map(({ what, seen, wanted, holds }, index) => [
      index === 0 ? attack : '',
      what,
      seen,
      wanted,
      `${holds ? 'holds' : 'FAILS'}${index === 0 ? ` (${(took / 1000).toFixed(1)} s)` : ''}`,
    ]),
  )
  const all = [['attack', 'what', 'seen', 'wanted', ''], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
