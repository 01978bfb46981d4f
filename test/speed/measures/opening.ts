import type { Figure } from '../figures.ts'
import { measure } from '../leader.ts'
import type { OpeningCase } from '../probes/opening.ts'
import type { Measure } from './measure.ts'

const SAMPLES = 3

/** After a bench was taken, one for the next reader is ready within this time, in ms; the others need a moment only. */
const REST = { own: 450, others: 100 } as const

const figureOf = (title: string): Figure => ({
  title: `From connecting to the first byte, ${title}`,
  unit: 'ms',
  goal: { at: 'most', value: 1.7, times: 'bare' },
})
const HELLO = { program: 'hello' } as const
const CASES: readonly (OpeningCase & { readonly figure: Figure })[] = [
  { ...HELLO, language: 'ts', unready: false, figure: figureOf('TypeScript') },
  { ...HELLO, language: 'ts', unready: true, figure: figureOf('TypeScript, nothing kept ready') },
  { program: 'again', language: 'ts', unready: false, figure: figureOf('TypeScript that has ended by itself before') },
  { ...HELLO, language: 'py', unready: false, figure: figureOf('Python') },
  { ...HELLO, language: 'py', unready: true, figure: figureOf('Python, nothing kept ready') },
  { ...HELLO, language: 'sh', unready: false, figure: figureOf("a shell's prompt") },
]

/** From connecting to the first byte of a program that prints and stays; with `bare`, from starting it. */
export const opening: Measure = async ({ contestants, note }) => {
  for (const { name, reach } of contestants) {
    // Only networks are kept ready.
    const cases = CASES.filter(({ unready }) => name === 'own' || !unready)
    const rest = name === 'own' ? REST.own : REST.others
    const took = await measure('opening', reach, { cases, rest, samples: SAMPLES })
    for (const [index, { program, language, figure }] of cases.entries()) {
      const milliseconds = took[index] ?? Number.NaN
      note(figure, name, milliseconds)
      const unready = CASES.find((other) => other.unready && other.program === program && other.language === language)
      if (name === 'bare' && unready) note(unready.figure, name, milliseconds)
    }
  }
}
