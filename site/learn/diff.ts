/** What one text has that another has not, line by line. Pure. */

export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'new'
  readonly text: string
  /** Its number in the text it stands in: the new one, or for what is gone the old one. */
  readonly line: number
}

/** The lines of both texts in one order, with as many as possible kept (longest common subsequence). */
export function diffOf(before: string, after: string): DiffLine[] {
  const [old, fresh] = [linesOf(before), linesOf(after)]
  const common = lengths(old, fresh)
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < fresh.length) {
    const [a, b] = [old[i], fresh[j]]
    if (a !== undefined && a === b) {
      lines.push({ kind: 'same', text: a, line: j + 1 })
      i += 1
      j += 1
    } else if (a !== undefined && (b === undefined || at(common, i + 1, j) >= at(common, i, j + 1))) {
      lines.push({ kind: 'gone', text: a, line: i + 1 })
      i += 1
    } else {
      lines.push({ kind: 'new', text: b ?? '', line: j + 1 })
      j += 1
    }
  }
  return lines
}

/** Only what changed, with so many lines around it; null stands for lines that are left out. */
export function hunksOf(lines: readonly DiffLine[], around = 2): (DiffLine | null)[] {
  const near = lines.map((_, at) => lines.slice(Math.max(at - around, 0), at + around + 1).some(isChange))
  return lines.flatMap((line, at) => {
    if (near[at]) return [line]
    return at > 0 && near[at - 1] ? [null] : []
  })
}

function isChange({ kind }: DiffLine): boolean {
  return kind !== 'same'
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n')
}

/** How many lines two texts have in common from line i of the one and line j of the other on. */
function lengths(old: readonly string[], fresh: readonly string[]): number[][] {
  const table = Array.from({ length: old.length + 1 }, () => new Array<number>(fresh.length + 1).fill(0))
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      const row = table[i] as number[]
      row[j] = old[i] === fresh[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1))
    }
  }
  return table
}

function at(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0
}
