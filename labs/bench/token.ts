import { randomInt } from 'node:crypto'

/** Small letters and digits that nobody mistakes for each other, and no vowels, so that no word comes out. */
const SIGNS = 'bcdfghjkmnpqrstvwxz23456789'
const LENGTH = 8

/** The variable in which programs find it. */
export const TOKEN = 'TOKEN'

/** A token: short, the same bytes in every encoding of this course, and another one backwards. */
export function freshToken(): string {
  return tokenBy((below) => randomInt(below))
}

/** The token of a lab's recordings, always the same, so that one recording can be held against another. */
export function tokenOfRecording(lab: string): string {
  let state = 2166136261
  for (const sign of lab) state = Math.imul(state ^ sign.charCodeAt(0), 16777619) >>> 0
  return tokenBy((below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) % below
  })
}

function tokenBy(choose: (below: number) => number): string {
  for (;;) {
    const signs = Array.from({ length: LENGTH }, () => SIGNS[choose(SIGNS.length)])
    if (signs.join('') !== signs.toReversed().join('')) return signs.join('')
  }
}

/** One token for each run of a lab: all programs that run together have the same. */
export class Tokens {
  readonly #make: () => string
  #token = ''

  constructor(make: () => string = freshToken) {
    this.#make = make
  }

  /** The token of a program that is about to start. `isFirst`: none other is running, so a run begins with it. */
  for(isFirst: boolean): string {
    if (isFirst || this.#token === '') this.#token = this.#make()
    return this.#token
  }
}
