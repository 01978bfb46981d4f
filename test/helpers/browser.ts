import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import packed from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'
import { COURSE } from './course.ts'

/** Where the packed browser lies once it is unpacked: with this copy of the course, and gone with its packages. */
const UNPACKED = join(COURSE, 'node_modules', '.cache', 'chromium')

/** Without these, Chromium looks for hosts of its maker; its sandbox needs rights an ordinary container lacks. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts a real Chromium: the system's where there is one, else the packed one that npm brought along. */
export async function startBrowser(): Promise<Browser> {
  const system = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))
  return chromium.launch({ executablePath: system ?? (await unpacked()), args: ARGUMENTS })
}

/**
 * The packed browser's program. It unpacks itself into the folder for temporary files, which other users share, and takes
 * what lies there, whole or not: so it is given a folder of its own, which takes its place when it is complete.
 */
async function unpacked(): Promise<string> {
  const program = join(UNPACKED, 'chromium')
  if (existsSync(program)) return program
  await mkdir(dirname(UNPACKED), { recursive: true })
  const own = await mkdtemp(`${UNPACKED}-`)
  const { TMPDIR } = process.env
  process.env.TMPDIR = own
  try {
    await packed.executablePath()
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
  // Another may have been faster: its copy is as good.
  await rename(own, UNPACKED).catch(() => rm(own, { recursive: true }))
  return program
}
