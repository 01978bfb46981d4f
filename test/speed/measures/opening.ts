import type { RunLanguage } from '../../../labs/protocol.ts'
import type { Figure } from '../figures.ts'
import { measure } from '../leader.ts'
import type { Measure } from './measure.ts'

const SAMPLES = 5

/** After a bench was taken, the next reader's is ready again within this time, in ms. Others need a moment only. */
const REST = { own: 700, others: 100 } as const

const WORDS: Record<RunLanguage, string> = { ts: 'TypeScript', py: 'Python', sh: "a shell's prompt" }
const LANGUAGES = Object.keys(WORDS) as RunLanguage[]

const figureOf = (language: RunLanguage, how: string): Figure => ({
  title: `From connecting to the first byte, ${WORDS[language]}${how}`,
  unit: 'ms',
  goal: { at: 'most', value: 1.7, times: 'bare' },
})
const READY = Object.fromEntries(LANGUAGES.map((language) => [language, figureOf(language, '')]))
const UNREADY = Object.fromEntries(LANGUAGES.map((language) => [language, figureOf(language, ', nothing kept ready')]))

/** From connecting to the first byte of a program that prints and stays; with `bare`, from starting it. */
export const opening: Measure = async ({ contestants, note }) => {
  for (const { name, reach } of contestants) {
    const rest = name === 'own' ? REST.own : REST.others
    for (const language of LANGUAGES) {
      const base = { language, rest, samples: SAMPLES }
      const ready = await measure('opening', reach, { ...base, unready: false })
      note(READY[language] as Figure, name, ready)
      if (name === 'bare') note(UNREADY[language] as Figure, name, ready)
      if (name === 'own')
        note(UNREADY[language] as Figure, name, await measure('opening', reach, { ...base, unready: true }))
    }
  }
}
