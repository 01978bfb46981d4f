import { execFile } from 'node:child_process'
import { chmodSync, chownSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SERVER_MARK } from '../environment.ts'
import { CHANNELS_PREFIX } from '../leftovers.ts'
import { letThrough } from './gate.ts'
import type { Channel } from './network.ts'
import type { Policy } from './policy.ts'

/** The channels of one bench on the plain machine: FIFOs in a folder of the system's temporary one. */
export class PlainChannels {
  readonly #folder: string
  readonly #policy: Policy

  constructor(policy: Policy) {
    this.#policy = policy
    this.#folder = mkdtempSync(join(tmpdir(), `${CHANNELS_PREFIX}${SERVER_MARK}-`))
    // Somebody else may look for a name that they know, and not around.
    if (policy.become.length > 0) chmodSync(this.#folder, 0o711)
  }

  async open(run: number): Promise<Channel> {
    if (process.platform === 'win32') throw new Error('Windows has no FIFOs.')
    const path = join(this.#folder, String(run))
    const [marker, go] = [`${path}.hold`, `${path}.go`]
    await promisify(execFile)('mkfifo', ['-m', '600', path, go])
    const { become, user } = this.#policy
    if (become.length > 0) for (const fifo of [path, go]) chownSync(fifo, user.uid, user.gid)
    const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    return {
      path,
      descriptor,
      hold: (on) => (on ? writeFileSync(marker, '') : rmSync(marker, { force: true })),
      release: (calls) => letThrough(go, calls),
      remove: () => {
        for (const file of [path, marker, go]) rmSync(file, { force: true })
      },
    }
  }

  /** Removes the folder and what is in it. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
