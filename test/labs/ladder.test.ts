import { execFile } from 'node:child_process'
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FoundInterpreters } from '../../labs/bench/interpreters.ts'
import { findStanding, type Standing } from '../../labs/bench/network/ladder.ts'
import { OBSTACLES, type Rung } from '../../labs/protocol.ts'
import { inWords, standingLines } from '../../labs/server/words.ts'
import { COURSE } from '../helpers/course.ts'
import { POLICY, PYTHON, whyNoOwnNetwork } from '../helpers/live-network.ts'

const SCRIPT = join(COURSE, 'test', 'helpers', 'standing.ts')
const isRoot = process.getuid?.() === 0
const node = { path: process.execPath, typed: 'node', version: process.versions.node }
const python = (version: string, path = PYTHON ?? '') => ({ path, typed: 'python3', version })

/** What is found here by this process, with other interpreters or another PATH than it has. */
async function find(asked: Rung | null, py: FoundInterpreters['py'], path = process.env.PATH): Promise<Standing> {
  const before = process.env.PATH
  process.env.PATH = path
  try {
    return await findStanding({ folder: COURSE, interpreters: { ts: node, py }, policy: POLICY }, asked)
  } finally {
    process.env.PATH = before
  }
}

/** What a process of its own finds that is started by this command. */
async function findBy(command: readonly string[], folder = COURSE, ...asked: Rung[]): Promise<Standing> {
  const [file = '', ...args] = [...command, process.execPath, SCRIPT, folder, ...asked]
  const { stdout } = await promisify(execFile)(file, args, { timeout: 20_000 })
  return JSON.parse(stdout)
}

/** The kinds of obstacles, by rung, and where the machine stands. */
const brief = ({ rung, obstacles }: Standing) => [...obstacles.map(({ rung, kind }) => `${rung}: ${kind}`), rung]

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'both-ends-ladder-'))
  await chmod(scratch, 0o755)
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

describe.skipIf(process.platform !== 'linux' || PYTHON === null)('the ladder', () => {
  test.skipIf(whyNoOwnNetwork !== null)('is climbed to the top where a network of its own can be had', async () => {
    expect(await find(null, python('3.11.2'))).toEqual({ rung: 'own', obstacles: [] })
    expect(await find('own', python('3.11.2'))).toEqual({ rung: 'own', obstacles: [] })
  })

  test('is not climbed above the rung that was asked for', async () => {
    expect(await find('plain', python('3.11.2'))).toEqual({
      rung: 'plain',
      obstacles: [{ rung: 'own', kind: 'asked', detail: '--network plain' }],
    })
    expect(brief(await find('none', python('3.11.2')))).toEqual(['own: asked', 'plain: asked', 'none'])
  })

  test('stops below networks where there is no Python that can build them', async () => {
    expect(brief(await find(null, null))).toEqual(['own: no-python', 'plain'])
    const { obstacles, rung } = await find(null, python('3.8.18'))
    expect([rung, obstacles]).toEqual(['plain', [{ rung: 'own', kind: 'old-python', detail: 'Python 3.8.18' }]])
    expect(brief(await find(null, python('3.11.2', '/no/python')))).toEqual(['own: failed', 'plain'])
  })

  test('stops below networks where util-linux is missing', async () => {
    const { obstacles, rung } = await find(null, python('3.11.2'), scratch)
    expect([rung, obstacles[0]?.kind]).toEqual(['plain', 'no-unshare'])
    expect(obstacles[0]?.detail).toContain('ENOENT')
  })

  test.skipIf(!isRoot)('stops below networks where unshare alone is missing', async () => {
    const bin = join(scratch, 'bin')
    await mkdir(bin)
    await symlink('/usr/bin/setpriv', join(bin, 'setpriv'))
    expect(brief(await find(null, python('3.11.2'), bin))).toEqual(['own: no-unshare', 'plain'])
  })

  test.skipIf(!isRoot)('stops below networks where iproute2 is missing', async () => {
    const hide =
      'for ip in /usr/sbin/ip /sbin/ip /usr/bin/ip /bin/ip; do mount --bind /dev/null $(readlink -f $ip); done'
    const standing = await findBy(['unshare', '--mount', 'sh', '-c', `${hide} 2>/dev/null; exec "$@"`, 'sh'])
    expect(standing.obstacles).toEqual([{ rung: 'own', kind: 'no-ip', detail: '`ip` of iproute2 is not installed' }])
  })

  test('stops below networks where the system forbids namespaces, and tells what it said', async () => {
    const someone = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    const forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    const inside = ['unshare', '--user', '--map-current-user', '--keep-caps', 'sh', '-c', forbid, 'sh']
    const standing = await findBy([...someone, ...inside])
    expect(brief(standing)).toEqual(['own: forbidden', 'plain'])
    expect(standing.obstacles[0]?.detail).toMatch(/^unshare: unshare failed: /)
  })

  test.skipIf(!isRoot)('names the setting of Ubuntu where it is the reason', async () => {
    const bin = join(scratch, 'ubuntu')
    await mkdir(bin)
    await writeFile(
      join(bin, 'unshare'),
      '#!/bin/sh\necho "unshare: write failed /proc/self/uid_map: Operation not permitted" >&2\nexit 1\n',
      { mode: 0o755 },
    )
    const setting =
      'mount -t tmpfs none /proc/sys/kernel; echo 1 > /proc/sys/kernel/apparmor_restrict_unprivileged_userns'
    const inside = `${setting}; PATH=${bin}:$PATH; export PATH; exec "$@"`
    expect(brief(await findBy(['unshare', '--mount', 'sh', '-c', inside, 'sh']))).toEqual(['own: apparmor', 'plain'])
  })

  describe.skipIf(!isRoot)('for a course that was started as root', () => {
    let course: string
    beforeAll(async () => {
      course = join(scratch, 'closed', 'course')
      await mkdir(join(course, 'labs'), { recursive: true })
      await symlink(join(COURSE, 'node_modules'), join(course, 'node_modules'))
      await cp(join(COURSE, 'labs', 'catalog'), join(course, 'labs', 'catalog'), { recursive: true })
    })

    test('has no rung where nobody can read it, and names the topmost folder that is closed', async () => {
      await chmod(join(scratch, 'closed'), 0o700)
      expect(await findBy([], course)).toEqual({
        rung: 'none',
        obstacles: (['own', 'plain'] as const).map((rung) => ({
          rung,
          kind: 'unreadable',
          detail: join(scratch, 'closed'),
        })),
      })
      await chmod(join(scratch, 'closed'), 0o755)
      expect((await findBy([], course, 'plain')).rung).toBe('plain')
    })

    test('has not the plain rung where one program is closed', async () => {
      const file = join(course, 'labs', 'catalog', 'udp-aligned', 'send.ts')
      await chmod(file, 0o600)
      const { rung, obstacles } = await findBy([], course, 'plain')
      expect([rung, obstacles.at(-1)?.detail]).toEqual(['none', file])
      await chmod(file, 0o644)
    })

    test('has no rung where the runtime is closed', async () => {
      const closed = join(scratch, 'node')
      await copyFile(process.execPath, closed)
      await chmod(closed, 0o700)
      const interpreters = { ts: { ...node, path: closed }, py: null }
      const { rung, obstacles } = await findStanding({ folder: COURSE, interpreters, policy: POLICY }, null)
      expect([rung, obstacles.at(-1)]).toEqual(['none', { rung: 'plain', kind: 'unreadable', detail: closed }])
    })
  })
})

describe('the console', () => {
  test('says in a line or two where the machine stands, and why not higher', () => {
    expect(standingLines({ rung: 'own', obstacles: [] })).toEqual(['Each bench has a network of its own.'])
    const own = { rung: 'own', kind: 'no-ip', detail: '`ip` of iproute2 is not installed' } as const
    expect(standingLines({ rung: 'plain', obstacles: [own] }).join(' ')).toMatch(
      /^Benches have no network of their own.*Install iproute2.*The page "This machine" says more\.$/,
    )
    const plain = { rung: 'plain', kind: 'unreadable', detail: '/root/course' } as const
    expect(standingLines({ rung: 'none', obstacles: [own, plain] }).join(' ')).toMatch(
      /^Nothing can be run here\. The course was started by root.*\(\/root\/course\)/,
    )
  })

  test('has a sentence for every obstacle, with what the system said', () => {
    expect(OBSTACLES.length).toBeGreaterThan(10)
    for (const kind of OBSTACLES) {
      const sentence = inWords({ rung: 'own', kind, detail: 'EPERM' })
      expect(sentence).toMatch(/^\w.*[.)]$/)
      if (kind !== 'asked') expect(sentence).toContain('(EPERM)')
    }
  })
})
