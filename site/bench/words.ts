import type { RecordingTrouble } from '../../labs/recording.ts'
import type { Trouble } from '../../labs/troubles.ts'

/** Words of `content/ui/<lang>/`, by key. */
export type Words = Readonly<Record<string, string>>

/** A sentence that is still to be worded: its key and the values of its `{places}`. */
export interface Sentence {
  readonly key: string
  readonly values?: Readonly<Record<string, string | number>>
}

/** Words a sentence. A key or a value that is missing shows itself, so that the mistake is seen. */
export function word(words: Words, { key, values = {} }: Sentence): string {
  const sentence = Object.hasOwn(words, key) ? words[key] : undefined
  return (sentence ?? key).replace(/\{([a-z]+)\}/g, (place, name: string) => String(values[name] ?? place))
}

/** The sentence for a trouble. A language goes by its own name. */
export function wordTrouble(words: Words, { kind, ...values }: Trouble | RecordingTrouble): string {
  const named = Object.entries(values).map(([name, value]) => [
    name,
    name === 'language' ? word(words, { key: `language.${value}` }) : value,
  ])
  return word(words, { key: `trouble.${kind}`, values: Object.fromEntries(named) })
}

/** The words the page carries. */
export function pageWords(): Words {
  return JSON.parse(document.getElementById('words')?.textContent ?? '{}')
}
