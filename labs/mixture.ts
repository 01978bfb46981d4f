/** In which languages the programs of a lab are written in one run. Pure. */
import { LANGUAGES, type Language } from './lab.ts'

/** The name of a mixture, in the lab's order: `ts-py`; `machine` where there are no programs, but views of it. */
export function mixtureOf(programs: readonly string[], languages: Readonly<Record<string, Language>>): string {
  return programs.map((program) => languages[program] ?? LANGUAGES[0]).join('-') || 'machine'
}

/** Every way in which the programs of a lab can be written, as `languages` of a header says it. */
export function mixtures(programs: readonly string[]): Record<string, Language>[] {
  const all: Record<string, Language>[] = [{}]
  return programs.reduce(
    (known, program) => known.flatMap((one) => LANGUAGES.map((language) => ({ ...one, [program]: language }))),
    all,
  )
}
