/** Words a clause: its places filled, with who is meant kept apart so that it can have its mark and its colour. Pure. */
import { type Words, word } from '../words.ts'
import type { Cast } from './cast.ts'
import type { Clause, Count, Sentence, Value, Who } from './sentence.ts'
import { type Mark, markOf } from './stations.ts'

/** A piece of a sentence. */
export interface Piece {
  readonly text: string
  /** Present where the piece names somebody. */
  readonly mark?: Mark
}

/** What wording needs to know of a page. */
export interface Voice {
  /** As `storyWords` gave them. */
  readonly words: Words
  readonly cast: Cast
}

/** The sign of a mark in running text. */
export const SIGNS = { A: '●', B: '■', router: '◆' } as const

/** A sentence as pieces, its clauses parted as the language does it. */
export function piecesOf(sentence: Sentence, voice: Voice): Piece[] {
  // What stands between two sentences: a space, or in Chinese nothing.
  const [, between = ''] = word(voice.words, { key: 'story.two' }).split(/\{\w+\}/)
  return sentence.flatMap((clause, i) => [
    ...(i > 0 && between ? [{ text: between }] : []),
    ...capitalised(clausePieces(clause, voice)),
  ])
}

/** A sentence as it is read aloud. */
export function plainOf(sentence: Sentence, voice: Voice): string {
  return joined(piecesOf(sentence, voice))
}

/** A sentence in running text: who is meant goes with the sign of its end. */
export function signedOf(sentence: Sentence, voice: Voice): string {
  return piecesOf(sentence, voice)
    .map(({ text, mark }) => (mark ? `${SIGNS[mark]} ${text}` : text))
    .join('')
}

/** The text of one key of the story's words. */
export function say(voice: Voice, key: string, values: Clause['values'] = {}): string {
  return joined(clausePieces({ key, values }, voice))
}

/** A number of things with their noun, `4 bytes`; `of` as in `Count`. */
export function count({ words }: Voice, n: number, of: string): string {
  return countText({ count: n, of }, words)
}

/** `26,064`: grouped the same in both languages of the course. */
export function grouped(value: number): string {
  return value.toLocaleString('en')
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('')
}

function clausePieces({ key, values }: Clause, voice: Voice): Piece[] {
  const { words } = voice
  const sentence = Object.hasOwn(words, key) ? (words[key] as string) : key
  return sentence.split(/(\{[a-z]+\})/).flatMap((part): Piece[] => {
    const value = part.startsWith('{') ? values[part.slice(1, -1)] : undefined
    if (value !== undefined) return valuePieces(value, voice)
    return part === '' ? [] : [{ text: part }]
  })
}

function valuePieces(value: Value, voice: Voice): Piece[] {
  if (typeof value === 'string') return [{ text: value }]
  if (typeof value === 'number') return [{ text: grouped(value) }]
  if ('part' in value) return [whoPiece(value, voice)]
  if ('count' in value) return [{ text: countText(value, voice.words) }]
  return clausePieces(value, voice)
}

function countText({ count: n, of }: Count, words: Words): string {
  return word(words, { key: `count.${of}.${n === 1 ? 'one' : 'many'}`, values: { n: grouped(n) } })
}

function whoPiece({ program, host, part }: Who, { words, cast }: Voice): Piece {
  const player = cast.programs.find(({ name }) => name === program)
  if (player) {
    const own = `who.${player.name}.${part}`
    const key = Object.hasOwn(words, own) ? own : `who.other.${part}`
    return { text: word(words, { key, values: { name: player.name } }), mark: markOf(player) }
  }
  const between = cast.wires.filter((ends) => ends.some((end) => end === host)).length > 1
  if (between) return { text: word(words, { key: 'who.router' }), mark: 'router' }
  return { text: word(words, { key: 'who.host', values: { host: host ?? '' } }), mark: null }
}

/** English begins a sentence with a capital letter, also where it begins with a name. */
function capitalised([first, ...rest]: Piece[]): Piece[] {
  if (first === undefined) return []
  return [{ ...first, text: first.text.charAt(0).toUpperCase() + first.text.slice(1) }, ...rest]
}
