import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isStale } from '../../labs/server/build.ts'

let folder: string
const BUILT_AT = 1_000_000

/** Writes a file that was last changed so many seconds after the pages were built. */
async function write(path: string, secondsAfter: number): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, '')
  await touch(path, secondsAfter)
}

/** Sets the time of a file, and of all folders it lies in, as if nothing else had happened to them. */
async function touch(path: string, secondsAfter: number): Promise<void> {
  await utimes(join(folder, path), BUILT_AT + secondsAfter, BUILT_AT + secondsAfter)
  for (let at = dirname(path); at !== '.'; at = dirname(at)) {
    await utimes(join(folder, at), BUILT_AT - 10, BUILT_AT - 10)
  }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'both-ends-build-'))
  await write('dist/index.html', 0)
  await write('content/en/udp/lesson.mdx', -5)
  await write('site/pages/index.astro', -5)
  await write('labs/catalog/udp/receive.ts', -5)
  await write('labs/protocol.ts', -5)
  await write('astro.config.mjs', -5)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the built site', () => {
  test('is fresh when it is younger than all it is made of', async () => {
    expect(await isStale(folder)).toBe(false)
  })

  test('is stale when it is missing', async () => {
    await rm(join(folder, 'dist'), { recursive: true })
    expect(await isStale(folder)).toBe(true)
  })

  test.each([
    'content/en/udp/lesson.mdx',
    'content/zh/udp/new.mdx',
    'site/pages/index.astro',
    'site/deep/down/there.css',
    'labs/catalog/udp/receive.ts',
    'labs/catalog/udp/receive.py',
    'labs/lab.ts',
    'labs/protocol.ts',
    'labs/recording.ts',
    'labs/checks/story.ts',
    'labs/wire/decoded.ts',
    'astro.config.mjs',
    'package-lock.json',
  ])('is stale when %s is younger', async (path) => {
    await write(path, 1)
    expect(await isStale(folder)).toBe(true)
  })

  test('is stale when a file was taken away', async () => {
    await rm(join(folder, 'content/en/udp/lesson.mdx'))
    expect(await isStale(folder)).toBe(true)
  })

  test('is stale when it was built for another place than a server’s root', async () => {
    const file = join(folder, 'dist/health')
    await writeFile(file, '{ "static": true, "base": "/" }')
    expect(await isStale(folder)).toBe(false)
    await writeFile(file, '{ "static": true, "base": "/course/" }')
    expect(await isStale(folder)).toBe(true)
  })

  test.each(['labs/bench/bench.ts', 'test/labs/build.test.ts', 'README.md', 'node_modules/astro/index.js'])(
    'is fresh when only %s is younger',
    async (path) => {
      await write(path, 1)
      expect(await isStale(folder)).toBe(false)
    },
  )
})
