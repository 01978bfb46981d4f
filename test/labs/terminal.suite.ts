import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COURSE } from '../helpers/course.ts'
import { PYTHON } from '../helpers/live-network.ts'
import { asSeenHere, descriptorsOf, isThere, until } from '../helpers/processes.ts'
import { inTerminal, shellInTerminal, type TestTerminal } from '../helpers/terminal.ts'

const LINUX = process.platform === 'linux'
const program = (name: string) => join(COURSE, 'test', 'fixtures', 'programs', name)

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const INVALID = Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xe6, 0x95, 0x41, 0xed, 0xa0, 0x80, 0xf8, 0x88, 0x80, 0x80, 0x80])

function type({ terminal }: TestTerminal, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (terminal.write(Buffer.from(text), resolve) !== 'taken') reject(new Error('The terminal took nothing.'))
  })
}

/** What every terminal owes, whatever network its program runs on. `runOn` of the helper says which. */
export function terminalSuite(): void {
  describe('the end of a program', () => {
    test.each([0, 1, 7, 255])('is told with its code: %i', async (code) => {
      expect(await (await shellInTerminal(`exit ${code}`)).end).toEqual({ code, signal: null })
    })

    test.each(['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGSEGV', 'SIGTERM', 'SIGUSR1'])(
      'is told by name: %s',
      async (signal) => {
        const { end } = await shellInTerminal(`kill -${signal.slice(3)} $$; sleep 60`)
        expect(await end).toEqual({ code: null, signal })
      },
    )

    test('comes by Ctrl-C as SIGINT', async () => {
      const running = await shellInTerminal('echo ready; exec sleep 60')
      await running.until('ready')
      await type(running, '\x03')
      expect(await running.end).toEqual({ code: null, signal: 'SIGINT' })
    })

    test('is told after its last output, also when that is much', async () => {
      const { end, told, output } = await shellInTerminal('head -c 60000 /dev/zero')
      await end
      expect(told.at(-1)).toBe('exit')
      expect(told.filter((what) => what === 'exit')).toHaveLength(1)
      expect(output()).toHaveLength(60_000)
    })

    test('is told for a file that is no program', async () => {
      const { end, output } = await inTerminal(['/nowhere/program'])
      expect(await end).toEqual({ code: expect.toBeOneOf([1, 127]), signal: null })
      expect(output().toString()).toMatch(/No such file/)
    })
  })

  describe('stop', () => {
    test('hangs up and waits for the last words', async () => {
      const running = await shellInTerminal(
        'trap "echo last words; exit 7" HUP; echo ready; while :; do sleep 0.01; done',
      )
      await running.until('ready')
      await running.terminal.stop()
      expect(running.told.at(-1)).toBe('exit')
      expect(running.output().toString()).toMatch(/last words\r\n$/)
      expect(await running.end).toEqual({ code: 7, signal: null })
    })

    test('kills a program that ignores the hang-up', async () => {
      const running = await shellInTerminal('trap "" HUP TERM INT; echo ready; while :; do sleep 0.01; done')
      await running.until('ready')
      await Promise.all([running.terminal.stop(), running.terminal.stop()])
      expect(await running.end).toEqual({ code: null, signal: 'SIGKILL' })
    })

    test('ends a program that is stopped by Ctrl-Z', async () => {
      const running = await shellInTerminal('echo ready; kill -STOP $$')
      await running.until('ready')
      await running.terminal.stop()
      expect(await running.end).toEqual({ code: null, signal: 'SIGHUP' })
    })

    test('reaches a program that was started in the same moment, forty times', async () => {
      for (let i = 0; i < 40; i += 1) {
        const { terminal, end } = await shellInTerminal('sleep 60')
        await terminal.stop()
        expect(await end).toEqual({ code: null, signal: 'SIGHUP' })
      }
    })

    test('resolves at once for a program that has ended', async () => {
      const running = await shellInTerminal('exit 3')
      await running.end
      await running.terminal.stop()
      expect(running.told).toEqual(['exit'])
    })
  })

  describe.runIf(LINUX && PYTHON)('what a program has started', () => {
    const pidsIn = (text: string) => [...text.matchAll(/\w+=(\d+)/g)].map(([, pid]) => Number(pid))

    async function family() {
      const running = await inTerminal([PYTHON ?? '', program('family.py')])
      for (const name of ['same', 'group', 'session', 'grandchild', 'ready']) await running.until(name)
      const pids = pidsIn(running.output().toString()).map((pid) => asSeenHere(pid, running.terminal.pid))
      expect(pids.map(isThere)).toEqual([true, true, true, true])
      return { running, pids }
    }

    test('is gone after it ended by itself', async () => {
      const { running, pids } = await family()
      await type(running, '\n')
      expect(await running.end).toEqual({ code: 0, signal: null })
      await until(() => !pids.some(isThere), 'all its children are gone', 1)
    })

    test('is gone after it was stopped', async () => {
      const { running, pids } = await family()
      await running.terminal.stop()
      expect(await running.end).toEqual({ code: null, signal: 'SIGHUP' })
      await until(() => !pids.some(isThere), 'all its children are gone', 1)
    })

    test('cannot put off its end by printing on', async () => {
      const running = await shellInTerminal('setsid sh -c "while :; do echo on and on; done" & sleep 0.05; exit 5')
      expect(await running.end).toEqual({ code: 5, signal: null })
      const length = running.output().length
      await (await shellInTerminal('sleep 0.05')).end
      expect(running.output().length).toBe(length)
    })

    test('cannot put off its end by printing on where nobody finds it', async () => {
      const running = await shellInTerminal(
        'env -i setsid sh -c "while echo on; do sleep 0.01; done" & sleep 0.1; exit 5',
      )
      expect(await running.end).toEqual({ code: 5, signal: null })
    })
  })

  describe('the size', () => {
    test('that a program sees first is the one asked for', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, i) => shellInTerminal('stty size', { columns: 40 + i, rows: 10 + i })),
      )
      await Promise.all(all.map(({ end }) => end))
      expect(all.map(({ output }) => output().toString().trim())).toEqual(all.map((_, i) => `${10 + i} ${40 + i}`))
    })

    test('ends at the last of twenty quick changes, and the program is told', async () => {
      const script = 'trap "stty size" WINCH; echo ready; while :; do sleep 0.01; done'
      const running = await shellInTerminal(script)
      await running.until('ready')
      for (let i = 1; i <= 20; i += 1) running.terminal.resize({ columns: 60 + i, rows: 20 + i })
      await running.until('40 80\r\n')
      expect(running.output().toString()).toMatch(/40 80\r\n$/)
      await running.terminal.stop()
    })

    test('is not changed any more after the end, and nothing breaks', async () => {
      const running = await shellInTerminal('exit 0')
      await running.end
      running.terminal.resize({ columns: 10, rows: 10 })
    })
  })

  describe('bytes', () => {
    test('come out of a program unchanged: all 256, and what is no UTF-8', async () => {
      const expected = Buffer.concat([ALL_BYTES, INVALID])
      const octal = [...expected].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
      const { end, output } = await shellInTerminal(`stty raw; printf '${octal}'`)
      await end
      expect(output()).toEqual(expected)
    })

    test('go into a program unchanged: all 256, and what is no UTF-8', async () => {
      const expected = Buffer.concat([ALL_BYTES, INVALID, ALL_BYTES])
      const running = await shellInTerminal(`stty raw -echo; printf ready; head -c ${expected.length} | od -An -v -tx1`)
      await running.until('ready')
      await type(running, expected)
      await running.end
      expect(running.output().toString().replace('ready', '').replace(/\s/g, '')).toBe(expected.toString('hex'))
    })

    test('come back in order when 256 KB are typed at once', async () => {
      const paste = Buffer.from(Array.from({ length: 256 * 1024 }, (_, i) => (i * 7 + (i >> 8)) & 0xff))
      const running = await shellInTerminal(`stty raw -echo; printf ready; head -c ${paste.length}`)
      await running.until('ready')
      await type(running, paste)
      await running.end
      expect(running.output().subarray('ready'.length).equals(paste)).toBe(true)
    })

    test('of one character are erased together', async () => {
      const running = await shellInTerminal('echo ready; IFS= read -r line; printf "%s" "$line" | od -An -v -tx1')
      await running.until('ready')
      await type(running, '数\x7f据\n')
      await running.end
      expect(running.output().toString().replace(/\s/g, '')).toMatch(
        new RegExp(`${Buffer.from('据').toString('hex')}$`),
      )
      expect(running.output().toString().replace(/\s/g, '')).not.toContain(
        Buffer.from('数').toString('hex').slice(0, 4),
      )
    })
  })

  describe('the tail of what a program prints before it ends', () => {
    const kinds = [
      { what: 'echo hi', command: 'echo hi', bytes: 4, ends: 'hi\r\n' },
      { what: '4 KB', command: 'head -c 4093 /dev/zero; printf end', bytes: 4096, ends: 'end' },
      { what: '200 KB', command: 'head -c 204797 /dev/zero; printf end', bytes: 200 * 1024, ends: 'end' },
    ]

    test.each(kinds)('is never lost: $what, thirty times', async ({ command, bytes, ends }) => {
      for (let i = 0; i < 30; i += 1) {
        const { end, output } = await shellInTerminal(command)
        expect(await end).toEqual({ code: 0, signal: null })
        expect(output()).toHaveLength(bytes)
        expect(output().subarray(-ends.length).toString()).toBe(ends)
      }
    })

    test.each([1, 4])('is never lost while nobody reads: %i KB, thirty times', async (kilobytes) => {
      const all = await Promise.all(
        Array.from({ length: 30 }, () => shellInTerminal(`head -c ${kilobytes * 1024 - 3} /dev/zero; printf end`)),
      )
      for (const { terminal } of all) terminal.pause()
      for (const { end, output } of all) {
        expect(await end).toEqual({ code: 0, signal: null })
        expect(output()).toHaveLength(kilobytes * 1024)
      }
    })

    test('is never lost while this process has no time to read', async () => {
      const all = await Promise.all(
        Array.from({ length: 4 }, () => shellInTerminal('head -c 4093 /dev/zero; printf end')),
      )
      for (const { terminal } of all) terminal.pause()
      const busy = setInterval(() => {
        const begun = performance.now()
        while (performance.now() - begun < 250);
      }, 1)
      const ends = await Promise.all(all.map(({ end }) => end))
      clearInterval(busy)
      expect(ends).toEqual(Array(4).fill({ code: 0, signal: null }))
      expect(all.map(({ output }) => output().length)).toEqual(Array(4).fill(4096))
    })
  })

  describe('a program', () => {
    test.runIf(LINUX)('holds no descriptor above 2, whatever lies open here', async () => {
      const files = Array.from({ length: 30 }, () => openSync('/dev/null', 'r'))
      const all: TestTerminal[] = []
      for (let i = 0; i < 20; i += 1) {
        const file = files.splice(i, 1)[0]
        if (file !== undefined && i % 3 === 0) closeSync(file)
        else if (file !== undefined) files.push(file)
        const running = await shellInTerminal('echo ready; read line')
        all.push(running)
        await running.until('ready')
        expect(descriptorsOf(running.terminal.pid)).toEqual(['0', '1', '2'])
        if (i % 4 === 3) await all[i - 2]?.terminal.stop()
      }
      for (const file of files) closeSync(file)
      await Promise.all(all.map(({ terminal }) => terminal.stop()))
    })

    test('gets a small environment', async () => {
      process.env.SECRET_OF_THE_READER = 'x'
      const { end, output } = await shellInTerminal('env')
      await end
      delete process.env.SECRET_OF_THE_READER
      expect(output().toString()).not.toContain('SECRET')
      expect(output().toString()).toMatch(/^LC_ALL=.*UTF-8\r$/m)
      expect(output().toString()).toMatch(/^TERM=xterm-256color\r$/m)
    })

    test('that reads nothing takes no more than its share of input, and none after its end', async () => {
      const running = await shellInTerminal('stty raw -echo; printf ready; exec sleep 60')
      await running.until('ready')
      let done = 0
      let given = 0
      while (running.terminal.write(Buffer.alloc(16 * 1024), () => (done += 1)) === 'taken') given += 1
      expect(given).toBeGreaterThanOrEqual(16)
      expect(given).toBeLessThanOrEqual(24)
      expect(running.terminal.write(Buffer.alloc(16 * 1024), () => {})).toBe('full')
      await running.terminal.stop()
      expect(done).toBe(given)
      expect(running.terminal.write(Buffer.from('x'), () => {})).toBe('ended')
    })
  })
}
