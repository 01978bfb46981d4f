/** The labs of the catalog at build time: their definitions and the text of their programs. */
import { type Lab, type Language, type Program, readLab } from '../labs/lab.ts'

const definitions = import.meta.glob<unknown>('/labs/catalog/*/lab.ts', { eager: true, import: 'default' })
const files = import.meta.glob<string>(['/labs/catalog/*/*.{ts,py}', '!/labs/catalog/*/{lab,checks,deeds}.ts'], {
  eager: true,
  import: 'default',
  query: '?raw',
})

/** The ids of all labs, sorted. */
export const LAB_IDS: readonly string[] = Object.keys(definitions)
  .map((path) => path.split('/').at(-2) ?? '')
  .sort()

/**
 * The lab of this id.
 * @throws {Error} naming the labs there are, or what is wrong in its `lab.ts`.
 */
export function labOf(id: string): Lab {
  if (!LAB_IDS.includes(id)) throw new Error(`There is no lab \`${id}\`; there are ${LAB_IDS.join(', ')}.`)
  return readLab(id, definitions[`/labs/catalog/${id}/lab.ts`])
}

/**
 * The text of a program, exactly as the file that runs.
 * @throws {Error} naming the file when it is missing.
 */
export function textOf(lab: Lab, program: Program, language: Language): string {
  const file = program.files[language]
  const text = files[`/labs/catalog/${file}`]
  if (text === undefined) throw new Error(`labs/catalog/${file} is missing; the lab \`${lab.id}\` shows it.`)
  return text
}
