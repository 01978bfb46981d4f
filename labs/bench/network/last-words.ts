import type { ReadStream } from 'node:tty'
import { endGroup } from '../leftovers.ts'

/** A terminal whose program has ended is read on until it is silent for this long, in ms. */
const SILENCE = 200

/**
 * Reads on what a program that has ended left in its terminal, held by flow control or not, and ends what is left of its
 * group, which could keep the terminal open. Resolves when there is nothing more to read.
 */
export function readLastWords(stream: ReadStream, pid: number): Promise<void> {
  endGroup(pid)
  return new Promise((resolve) => {
    let silence = setTimeout(resolve, SILENCE)
    stream.on('data', () => {
      clearTimeout(silence)
      silence = setTimeout(resolve, SILENCE)
    })
    stream.once('close', () => {
      clearTimeout(silence)
      resolve()
    })
    stream.resume()
  })
}
