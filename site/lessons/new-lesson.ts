/**
 * `npm run new-lesson <unit>/<name> [lab]`: makes a lesson in both languages that the build accepts, with the next free number
 * of its unit. It shows a lab, where one is named, and asks the tasks of it that no other lesson asks. Nothing that is
 * there is written over.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UNITS } from '../course.ts'
import { LANGUAGES } from '../languages.ts'
import { startOf } from './start.ts'

const USAGE = `npm run new-lesson <unit>/<name> [lab]

  unit  ${UNITS.map(({ id }) => id).join(', ')}
  name  the end of its address: small letters, digits and hyphens, such as datagrams-twice
  lab   a folder of labs/catalog/ which it is to show`

const NAME = /^[a-z][a-z0-9-]*$/
const folder = join(import.meta.dirname, '..', '..')

process.exitCode = await main(process.argv.slice(2))

async function main([path, lab = null, ...rest]: readonly (string | null)[]): Promise<number> {
  if (typeof path !== 'string' || rest.length > 0) return refuse(USAGE)
  const [unitId = '', name = '', ...more] = path.split('/')
  if (!NAME.test(name) || more.length > 0) {
    return refuse(
      `\`${path}\` is no address of a lesson; write \`<unit>/<name>\` in small letters, digits and hyphens.`,
    )
  }
  const unit = UNITS.find(({ id }) => id === unitId)
  if (!unit) return refuse(`There is no unit \`${unitId}\`; there are ${UNITS.map(({ id }) => id).join(', ')}.`)
  const files = LANGUAGES.map((lang) => ({ lang, file: `content/${lang}/${path}.mdx` }))
  const there = files.find(({ file }) => existsSync(join(folder, file)))
  if (there) {
    return refuse(`${there.file} is there already, and was left as it is. Choose another name, or write on in it.`)
  }
  if (lab !== null && !(NAME.test(lab) && existsSync(join(folder, 'labs', 'catalog', lab, 'lab.ts')))) {
    return refuse(`There is no lab \`${lab}\`. \`npm run new-lab ${NAME.test(lab) ? lab : '<id>'}\` makes one.`)
  }
  const taken = numbersOf(unitId)
  const number = unit.lessons.find((one) => !taken.has(one))
  if (number === undefined) {
    return refuse(
      `All lessons of the unit \`${unitId}\` are written: ${unit.lessons.join(', ')}. ` +
        'Give it one number more in site/course.ts, or choose another unit.',
    )
  }
  const tasks = lab === null ? [] : await tasksOf(lab)
  for (const { lang, file } of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), startOf(lang, { unit: unitId, number, lab, tasks }), { flag: 'wx' })
  }
  console.log(`Lesson ${number} is there: ${files.map(({ file }) => file).join(' and ')}.

1. npm run dev   shows it at /en/${path}/ and /zh/${path}/ while you write.
2. A mistake in it is told in its page and stops the build, with file and line.
3. npm test   proves that both languages have the same structure.`)
  return 0
}

/** The numbers of the lessons that a unit has, in whatever language they are written. */
function numbersOf(unit: string): Set<number> {
  const texts = globSync(`content/*/${unit}/*.mdx`, { cwd: folder }).map((file) =>
    readFileSync(join(folder, file), 'utf8'),
  )
  return new Set(texts.map((text) => Number(/^number: (\d+)$/m.exec(text)?.[1])))
}

/** The tasks of a lab which no lesson asks yet. */
async function tasksOf(lab: string): Promise<string[]> {
  const file = join(folder, 'labs', 'catalog', lab, 'checks.ts')
  if (!existsSync(file)) return []
  const { default: checks } = await import(pathToFileURL(file).href)
  const lessons = globSync('content/*/*/*.mdx', { cwd: folder }).map((one) => readFileSync(join(folder, one), 'utf8'))
  const asked = (task: string) => lessons.some((text) => text.includes(`<Task id="${task}" lab="${lab}">`))
  return Object.keys(checks.tasks ?? {}).filter((task) => !asked(task))
}

function refuse(why: string): number {
  console.error(why)
  return 1
}
