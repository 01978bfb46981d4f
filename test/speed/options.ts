import { parseArgs } from 'node:util'
import { MEASURES } from './measures/measures.ts'

export interface Options {
  readonly rounds: number
  /** The names of the measures that are wanted. */
  readonly only: readonly string[]
}

export const USAGE = `npm run speed -- [--rounds N] [--only NAME,NAME…]

  --rounds N   how often everything is measured (default 3)
  --only       some of: ${Object.keys(MEASURES).join(', ')}`

/** Reads the arguments. @throws {Error} in words, when they are wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string' }, only: { type: 'string' } } })
  const rounds = Number(values.rounds ?? 3)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`\`--rounds ${values.rounds}\` is not a whole number.`)
  const all = Object.keys(MEASURES)
  const only = values.only?.split(',') ?? all
  const unknown = only.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new Error(`There is no measure \`${unknown}\`.`)
  return { rounds, only }
}
