/** Which language each end is read and run in, chosen once for the whole site. */
import type { End, Language } from '../../labs/lab.ts'

/** The last choice for each end that was ever chosen. */
export type Choice = Readonly<Partial<Record<End, Language>>>

/** The choice after a reader chose a language for one end. */
export function choose(choice: Choice, end: End, language: Language): Choice {
  return { ...choice, [end]: language }
}

/** The language of an end: its own choice, else the other end's, else TypeScript. */
export function languageOf(choice: Choice, end: End): Language {
  return choice[end] ?? choice[end === 'waits' ? 'begins' : 'waits'] ?? 'ts'
}
