import { wordsOf } from '../words.ts'

/** The terms of the glossary by their ids, which are anchors too, in the order of the file of words: what belongs together stands together. */
export const TERMS: readonly string[] = Object.keys(wordsOf('en', 'glossary')).flatMap((key) => {
  const [, id] = /^term\.([a-z-]+)$/.exec(key) ?? []
  return id === undefined ? [] : [id]
})
