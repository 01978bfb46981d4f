/**
 * `npm run new-lab <id> [number]`: makes a lab of one's own that works at once, as a copy of a small one: two programs in both
 * languages, a task with its check, a solution and wrong answers, and all their words in both languages. Nothing that is
 * there is written over.
 */
import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const USAGE = `npm run new-lab <id> [number]

  id      the name of its folder in labs/catalog/: small letters, digits and hyphens, such as udp-twice
  number  how the course counts it, such as 8f; without one it stands among the labs of no lesson: 0a, 0b …`

/** The lab that is copied. Its checks and programs name neither it nor its number. */
const PATTERN = 'udp-echo'
const NAME = /^[a-z][a-z0-9-]{0,40}$/
const NUMBER = /^\d{1,2}[a-z]$/
const TITLES: Readonly<Record<string, (id: string) => string>> = {
  en: (id) => `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`,
  zh: (id) => `新实验${id}`,
}

const folder = join(import.meta.dirname, '..', '..')
const catalog = join(folder, 'labs', 'catalog')

process.exitCode = await main(process.argv.slice(2))

async function main([id, number, ...rest]: readonly string[]): Promise<number> {
  if (id === undefined || rest.length > 0) return refuse(USAGE)
  if (!NAME.test(id)) {
    return refuse(
      `\`${id}\` cannot be the id of a lab: it has up to 41 small letters, digits and hyphens, a letter first.`,
    )
  }
  if (await stat(join(catalog, id)).catch(() => null)) {
    return refuse(`labs/catalog/${id}/ is there already, and was left as it is. Choose another id, or change that lab.`)
  }
  if (number !== undefined && !NUMBER.test(number)) {
    return refuse(`\`${number}\` is no number of a lab; write the lesson's number and a letter, such as \`8f\`.`)
  }
  const taken = await numbers()
  const counted =
    number ?? [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => `0${letter}`).find((one) => !taken.has(one))
  if (counted === undefined) return refuse('Every number from 0a to 0z is taken. Give one: `npm run new-lab <id> 8f`.')
  const other = taken.get(counted)
  if (other) return refuse(`The number ${counted} is that of the lab \`${other}\`. Choose another one.`)
  // Words come first: a folder without its words would stop the build, words without a folder are only not used.
  for (const lang of Object.keys(TITLES)) await addWords(lang, id)
  await cp(join(catalog, PATTERN), join(catalog, id), {
    recursive: true,
    errorOnExist: true,
    force: false,
    filter: (source) => !source.startsWith(join(catalog, PATTERN, 'recordings')),
  })
  const definition = join(catalog, id, 'lab.ts')
  const text = await readFile(definition, 'utf8')
  await writeFile(definition, text.replace(/number: '[^']*'/, `number: '${counted}'`))
  console.log(`labs/catalog/${id}/ is lab ${counted} now: two programs in TypeScript and in Python, and one task.

1. npm run new-lesson <unit>/<name> ${id}   makes a lesson that shows it and asks its task; or name it in one there is.
2. npm test -- lab ${id}   proves the task: as shipped, as solved, with each wrong answer.
3. Make it yours: its programs and checks.ts there, its words in content/ui/*/labs.json and tasks.json.
4. npm run record ${id}   keeps what happens, for whoever cannot run it.`)
  return 0
}

/** The numbers of all labs, each with its lab. */
async function numbers(): Promise<Map<string, string>> {
  const taken = new Map<string, string>()
  for (const id of await readdir(catalog)) {
    const text = await readFile(join(catalog, id, 'lab.ts'), 'utf8').catch(() => '')
    const number = /\bnumber['"]?\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1]
    if (number !== undefined) taken.set(number, id)
  }
  return taken
}

/** Gives the lab a title, and its task the sentences of the one that is copied. */
async function addWords(lang: string, id: string): Promise<void> {
  await changeWords(lang, 'labs', (words) => ({ ...words, [id]: TITLES[lang]?.(id) ?? id }))
  await changeWords(lang, 'tasks', (words) => {
    const copied = Object.entries(words).filter(([key]) => key.startsWith(`${PATTERN}.`))
    return { ...words, ...Object.fromEntries(copied.map(([key, text]) => [id + key.slice(PATTERN.length), text])) }
  })
}

async function changeWords(
  lang: string,
  name: string,
  change: (words: Record<string, string>) => Record<string, string>,
): Promise<void> {
  const file = join(folder, 'content', 'ui', lang, `${name}.json`)
  const words = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, `${JSON.stringify(change(words), null, 2)}\n`)
}

function refuse(why: string): number {
  console.error(why)
  return 1
}
