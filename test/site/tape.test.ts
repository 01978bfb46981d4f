import { describe, expect, test } from 'vitest'
import type { BenchEvent, Happening } from '../../labs/events.ts'
import { MOST, type Recording, readRecording } from '../../labs/recording.ts'
import { Tape } from '../../site/bench/tape.ts'
import { HEADER, KNOWN } from '../helpers/recorded.ts'

let n = 0
const event = (happening: Happening): BenchEvent => {
  n += 1
  return { ...happening, n, t: n * 1000 }
}
const starting = (program: string, run: number) =>
  event({ kind: 'starting', program, run, language: program.startsWith('shell@') ? 'sh' : 'ts', columns: 80, rows: 24 })
const exited = (program: string, run: number) =>
  event({ kind: 'exited', program, run, code: 0, signal: null, stopped: false })
const output = (program: string, run: number, bytes: Uint8Array): BenchEvent => {
  n += 1
  return { kind: 'output', program, run, n, t: n * 1000, offset: 0, bytes }
}
const text = (words: string) => new TextEncoder().encode(words)

function saved(tape: Tape): Recording {
  const file = tape.write(HEADER)
  const read = readRecording(file, KNOWN)
  if ('kind' in read) throw new Error(`${file.slice(0, 40)}: ${JSON.stringify(read)}`)
  return read
}
const shown = ({ events }: Recording) => events.map((one) => `${one.kind} ${'run' in one ? one.run : ''}`)

describe('what is kept to be saved', () => {
  test('is nothing before a run', () => {
    const tape = new Tape()
    expect(tape.write(HEADER)).toBe('nothing-to-save')
    tape.take(starting('shell@a', 1))
    tape.take(output('shell@a', 1, text('mine\n')))
    expect(tape.write(HEADER)).toBe('nothing-to-save')
  })

  test('is the latest run, as a file that opens again', () => {
    const tape = new Tape()
    for (const one of [starting('receive', 1), exited('receive', 1), starting('receive', 2), starting('send', 3)])
      tape.take(one)
    tape.take(output('send', 3, text('数据')))
    tape.take(exited('send', 3))
    expect(shown(saved(tape))).toEqual(['starting 2', 'starting 3', 'output 3', 'exited 3'])
  })

  test('has the text that was run in it, and counts it', () => {
    const tape = new Tape()
    const edited = { text: 'print("改过了")\n' }
    const size = { columns: 80, rows: 24 }
    tape.take(event({ kind: 'starting', program: 'receive', run: 1, language: 'py', ...size, edited }))
    tape.take(exited('receive', 1))
    expect(saved(tape).events[0]).toMatchObject({ kind: 'starting', edited })
    for (let run = 2; run < 400; run += 1) {
      const text = '#'.repeat(64 * 1024)
      tape.take(event({ kind: 'starting', program: 'send', run, language: 'py', ...size, edited: { text } }))
    }
    expect(tape.write(HEADER)).toBe('too-long-to-save')
  })

  test('forgets a bench that is no more', () => {
    const tape = new Tape()
    tape.take(starting('receive', 1))
    tape.clear()
    expect(tape.write(HEADER)).toBe('nothing-to-save')
    tape.take(starting('receive', 1))
    expect(shown(saved(tape))).toEqual(['starting 1'])
  })

  test('holds no more than a file may, says so, and begins anew with the next run', () => {
    const tape = new Tape()
    tape.take(starting('receive', 1))
    const flood = new Uint8Array(1024 * 1024)
    for (let count = 0; count < 3 * (MOST.characters / flood.length); count += 1) tape.take(output('receive', 1, flood))
    expect(tape.write(HEADER)).toBe('too-long-to-save')
    tape.take(exited('receive', 1))
    tape.take(starting('receive', 2))
    tape.take(output('receive', 2, text('short\n')))
    expect(shown(saved(tape))).toEqual(['starting 2', 'output 2'])
  })

  test('is not thrown away by a shell that is opened while a program runs', () => {
    const tape = new Tape()
    for (const one of [starting('receive', 1), starting('shell@a', 2), exited('shell@a', 2), starting('send', 3)])
      tape.take(one)
    expect(shown(saved(tape))).toEqual(['starting 1', 'starting 3'])
  })
})
