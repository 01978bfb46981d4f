import type { ChildProcess } from 'node:child_process'
import { globSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { CALLS, closeChannels, kindOf, type Ran, runProgram, untilIn } from '../helpers/traced.ts'

afterAll(closeChannels)

/** The number of the system call, on x86-64. */
const RECVFROM = 45

/** Ports that the kernel chose, and the few numbers that go with them, differ from run to run. */
const settled = ({ out, err, code, signal }: Ran) => ({
  out: out.replaceAll(/\b[1-9]\d{4}\b/g, 'PORT'),
  err: err.replaceAll(/\b[1-9]\d{4}\b/g, 'PORT'),
  code,
  signal,
})

const files = globSync('*.{py,ts}', { cwd: CALLS }).sort()
const plain = files.filter((file) => !file.startsWith('waits-'))

describe('a traced program', () => {
  it.each(plain)('prints what it prints without a tracer, on both streams, and ends alike: %s', async (file) => {
    const bare = await runProgram(file, { traced: false })
    const traced = await runProgram(file, { traced: true })
    expect(settled(traced)).toEqual(settled(bare))
    expect(bare.told).toEqual([])
    expect(traced.told.length).toBeGreaterThan(0)
  })

  it('is interrupted in the middle of a call as it would be without, in Python', async () => {
    const meddle = async (child: ChildProcess) => {
      await untilIn(child, RECVFROM)
      child.kill('SIGINT')
    }
    const bare = await runProgram('waits-interrupt.py', { traced: false, meddle })
    const traced = await runProgram('waits-interrupt.py', { traced: true, meddle })
    expect(settled(traced)).toEqual(settled(bare))
    expect(bare.err).toMatch(/waiting\.recvfrom\(10\)\n(.*\n)?KeyboardInterrupt/)
    const waited = kindOf(traced.told, 'call').find(({ name }) => name === 'recvfrom')
    const back = kindOf(traced.told, 'return').find(({ call }) => call === waited?.call)
    expect(back).toMatchObject({ error: 'KeyboardInterrupt', line: 6, bytes: null })
  })
})
