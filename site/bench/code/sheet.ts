/** What lies over a program's printed code when its text is not the page's own: the editor. Code is marked on it then. */

/** What stands beside one line. */
export interface Mark {
  /** The same as long as its notes are. */
  readonly key: string
  readonly notes: () => readonly HTMLElement[]
  readonly waits: boolean
  readonly lit: boolean
}

export interface Sheet {
  readonly text: string
  /** Draws these beside its lines, counted from 1, and nothing else. */
  mark(marks: ReadonlyMap<number, Mark>): void
  /** Where a line is on the screen; null while it is not drawn. */
  lineAt(line: number): HTMLElement | null
}

const sheets = new WeakMap<Element, Sheet>()

/** The event of a program's code that another text stands there now. */
export const SHEET = 'sheet'

export function sheetOn(section: Element): Sheet | null {
  return sheets.get(section) ?? null
}

/** Lays a sheet over a program's code, or takes it away. */
export function lay(section: Element, sheet: Sheet | null): void {
  if (sheet) sheets.set(section, sheet)
  else sheets.delete(section)
  section.dispatchEvent(new Event(SHEET))
}

/** The text of a program as the page printed it, to the character. */
export function printedText(section: Element): string {
  const lines = [...section.querySelectorAll('.ln > code')].map((line) => line.textContent ?? '')
  return `${lines.join('\n')}\n`
}
