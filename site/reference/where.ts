import { addressOf } from '../address.ts'
import { labOf } from '../labs.ts'
import type { Lang } from '../languages.ts'
import { lessonsIn } from '../lessons/lessons.ts'

/**
 * The address of a lab in the lesson that has it.
 * @throws {Error} for a lab that does not exist, and for one that stands nowhere; so the build stops.
 */
export async function whereIs(lang: Lang, lab: string): Promise<string> {
  labOf(lab)
  const lesson = (await lessonsIn(lang)).find(({ entry }) => entry.body?.includes(`<Lab id="${lab}"`))
  if (lesson === undefined) throw new Error(`No lesson has the lab \`${lab}\``)
  return `${addressOf(lang, lesson.path)}#lab-${lab}`
}
