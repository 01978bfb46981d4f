import { buildSite, isStale } from '../../labs/server/build.ts'
import { COURSE } from './course.ts'

/** Before any test: builds the pages as `npm start` would, so that every file may count on them, in whatever order. */
export default async function setup(): Promise<void> {
  if (await isStale(COURSE)) await buildSite(COURSE, () => {})
}
