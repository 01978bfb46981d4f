import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OwnNetwork } from '../../labs/bench/network/own.ts'
import { countsByNamespace } from '../../labs/bench/network/policy.ts'
import { readNetwork } from '../../labs/network.ts'
import { COURSE } from '../helpers/course.ts'
import { PLAIN, POLICY, PYTHON, whyNoOwnNetwork } from '../helpers/live-network.ts'
import { isThere } from '../helpers/processes.ts'
import { inTerminal, runOn } from '../helpers/terminal.ts'

test.each([
  ['6.18.44-fc', true],
  ['6.1.0-32-amd64', true],
  ['5.14.0', true],
  ['10.0', true],
  ['5.13.19', false],
  ['5.4.0-190-generic', false],
  ['4.18.0', false],
  ['', false],
])('a Linux %s counts the processes of each bench apart: %s', (release, apart) => {
  expect(countsByNamespace(release)).toBe(apart)
})

/** Soft and hard limit of descriptors, as Python is told. */
const DESCRIPTORS = 'import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE))'

test.skipIf(PYTHON === null)(
  'a program on the plain machine has no more descriptors than its lab gives it',
  async () => {
    const { end, output } = await inTerminal([PYTHON ?? '', '-c', DESCRIPTORS], undefined, 40)
    expect(await end).toEqual({ code: 0, signal: null })
    expect(output().toString()).toBe('(40, 40)\r\n')
  },
)

describe.skipIf(whyNoOwnNetwork)(`a program in a network of its own (${whyNoOwnNetwork ?? 'there is one'})`, () => {
  let network: OwnNetwork

  /** A network of one host, with other limits where they are given. */
  async function build(limits: Partial<typeof POLICY.limits> = {}): Promise<OwnNetwork> {
    const policy = { ...POLICY, limits: { ...POLICY.limits, ...limits } }
    const own = new OwnNetwork(COURSE, PYTHON ?? '', policy)
    const refuse = (what: string): never => {
      throw new Error(what)
    }
    await own.build(readNetwork(undefined, refuse))
    return own
  }

  /** Runs a program in Python. */
  const python = (text: string) => inTerminal([PYTHON ?? '', '-c', text])

  /** Runs a program in Python to its end and gives what it printed. */
  async function printed(text: string): Promise<string> {
    const { end, output } = await python(text)
    await end
    return output().toString()
  }

  beforeAll(async () => {
    network = await build()
    runOn(network)
  })
  afterAll(async () => {
    runOn(PLAIN)
    await network.close()
  })

  test('has every limit of the policy, and cannot raise one', async () => {
    const names = Object.keys(POLICY.limits)
    const text = `import json, resource
told = {}
for name in ${JSON.stringify(names)}:
    which = getattr(resource, 'RLIMIT_' + name.upper())
    soft, hard = resource.getrlimit(which)
    try:
        resource.setrlimit(which, (soft, hard + 1))
        raised = True
    except (ValueError, OSError):
        raised = False
    told[name] = [soft, hard, raised]
print(json.dumps(told))`
    const told = JSON.parse(await printed(text))
    const wanted = Object.entries(POLICY.limits).map(([name, limit]) => {
      return [name, [limit, name === 'cpu' ? limit + 5 : limit, false]]
    })
    expect(told).toEqual(Object.fromEntries(wanted))
    expect(names).toEqual(expect.arrayContaining(['data', 'fsize', 'nofile', 'cpu', 'core']))
  })

  test('has no more descriptors than its lab gives it', async () => {
    const { end, output } = await inTerminal([PYTHON ?? '', '-c', DESCRIPTORS], undefined, 40)
    await end
    expect(output().toString()).toBe('(40, 40)\r\n')
  })

  test('is ended before anything else where memory runs short', async () => {
    const running = await python(`print(open('/proc/self/oom_score_adj').read(), flush=True); input()`)
    await running.until('900')
    expect(readFileSync(`/proc/${running.terminal.pid}/oom_score_adj`, 'latin1')).toBe('900\n')
    expect(Number(readFileSync('/proc/self/oom_score_adj', 'latin1'))).toBeLessThan(900)
    await running.terminal.stop()
  })

  test('that uses up its time is told so by its signal', async () => {
    const short = await build({ cpu: 1 })
    runOn(short)
    const { end } = await python('while True: pass')
    expect(await end).toEqual({ code: null, signal: 'SIGXCPU' })
    runOn(network)
    await short.close()
  })

  test.each(['/dev/shm', '/tmp', '/var/tmp'])(
    'shares %s with its bench alone, and can fill it only so far',
    async (folder) => {
      const name = `both-ends-${process.pid}`
      const text = `import os
os.mkdir('${folder}/${name}')
try:
    for number in range(100):
        with open('${folder}/${name}/' + str(number), 'wb') as file:
            file.write(bytes(1 << 20))
except OSError as error:
    print(error.strerror)`
      expect(await printed(text)).toBe('No space left on device\r\n')
      expect(existsSync(`${folder}/${name}`)).toBe(false)
      expect(await printed(`import os; print('there', os.path.isdir('${folder}/${name}'))`)).toBe('there True\r\n')
      await printed(`import shutil; shutil.rmtree('${folder}/${name}')`)
    },
  )

  test('leaves no shared memory behind, neither where others see it nor for ever', async () => {
    const own = await build()
    runOn(own)
    const rows = () => readFileSync('/proc/sysvipc/shm', 'latin1').trim().split('\n').length
    const before = rows()
    // IPC_PRIVATE, IPC_CREAT | 0o666
    const text = `import ctypes
print('segment', ctypes.CDLL(None).shmget(0, 1 << 20, 0o1666))
print(len(open('/proc/sysvipc/shm').readlines()) - 1)`
    expect(await printed(text)).toMatch(/^segment \d+\r\n1\r\n$/)
    expect(rows()).toBe(before)
    runOn(network)
    expect(await printed(`print(len(open('/proc/sysvipc/shm').readlines()) - 1)`)).toBe('0\r\n')
    await own.close()
  })

  test('that forks without end comes to the bench’s limit, together with all others there, and not beyond', async () => {
    const own = await build({ nproc: 40 })
    runOn(own)
    const bomb = `import os, time
while True:
    try:
        os.fork()
    except OSError as error:
        print(error.strerror, os.getpid(), flush=True)
        time.sleep(60)`
    const [first, second] = await Promise.all([python(bomb), python(bomb)])
    await Promise.all([first, second].map((running) => running.until('Resource temporarily unavailable')))
    const count = `import os; print('count', len([name for name in os.listdir('/proc') if name.isdigit()]))`
    const processes = Number(/count (\d+)/.exec(await printed(count))?.[1])
    // The holder and the program that counts are there as well.
    expect(processes).toBeGreaterThan(20)
    expect(processes).toBeLessThanOrEqual(42)
    // Another bench knows nothing of it.
    runOn(network)
    expect(await printed(`import os; print('forked' if os.fork() else '', end='')`)).toContain('forked')
    await own.close()
    expect([first, second].map(({ terminal }) => isThere(terminal.pid))).toEqual([false, false])
  })
})
