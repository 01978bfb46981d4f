import { type CollectionEntry, getCollection } from 'astro:content'
import { UNITS } from '../course.ts'
import { LANGUAGES, type Lang, other } from '../languages.ts'

type Entry = CollectionEntry<'lessons'>

/** A lesson as a page in one language shows it. */
export interface Lesson {
  /** `udp/the-datagram-that-vanished`: the same in every language. */
  readonly path: string
  readonly entry: Entry
  /** The language of its text, which differs from the page's where a translation is missing. */
  readonly writtenIn: Lang
}

/** All written lessons in the order of the course, in the asked language or, where that is missing, in the other. */
export async function lessonsIn(lang: Lang): Promise<Lesson[]> {
  const byPath = new Map<string, Lesson>()
  for (const writtenIn of [other(lang), lang]) {
    for (const entry of await getCollection('lessons', ({ id }) => id.startsWith(`${writtenIn}/`))) {
      const path = entry.id.slice(writtenIn.length + 1)
      checkPlace(entry, path)
      byPath.set(path, { path, entry, writtenIn })
    }
  }
  const lessons = [...byPath.values()].sort((one, next) => one.entry.data.number - next.entry.data.number)
  lessons.forEach(({ entry }, index) => {
    const before = lessons[index - 1]?.entry
    if (before?.data.number === entry.data.number) {
      throw new Error(`content/${before.id}.mdx and content/${entry.id}.mdx are both lesson ${entry.data.number}`)
    }
  })
  return lessons
}

/** One page per lesson and language, for `getStaticPaths`. */
export async function lessonPages() {
  const pages = LANGUAGES.map(async (lang) => {
    const lessons = await lessonsIn(lang)
    return lessons.map((lesson, index) => {
      const [unit = '', name = ''] = lesson.path.split('/')
      return {
        params: { lang, unit, lesson: name },
        props: { lang, lesson, previous: lessons[index - 1], next: lessons[index + 1] },
      }
    })
  })
  return (await Promise.all(pages)).flat()
}

function checkPlace(entry: Entry, path: string) {
  const { unit, number } = entry.data
  const refuse = (what: string) => {
    throw new Error(`content/${entry.id}.mdx: ${what}`)
  }
  if (path.split('/')[0] !== unit) refuse(`the file stands in \`${path.split('/')[0]}/\`, its \`unit\` is \`${unit}\``)
  const numbers: readonly number[] = UNITS.find(({ id }) => id === unit)?.lessons ?? []
  if (!numbers.includes(number)) refuse(`\`number\` is ${number}; the unit \`${unit}\` has ${numbers.join(', ')}`)
}
