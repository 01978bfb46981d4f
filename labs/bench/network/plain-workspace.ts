import { chmod, chown, mkdir, mkdtemp, open, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SERVER_MARK } from '../environment.ts'
import { WORKSPACE_PREFIX } from '../leftovers.ts'
import type { Policy } from './policy.ts'

/**
 * A folder of one bench on the plain machine, in the system's temporary one, for programs whose text is not the
 * catalog's. It is made when it is first needed. Programs may do in it what they like, and what they put in the place of
 * a file is never written through: a server that is root would write wherever they want.
 */
export class PlainWorkspace {
  readonly #policy: Policy
  /** Nobody but the server can rename what is in it. */
  #outer: string | null = null
  #folder: string | null = null
  #made = 0

  constructor(policy: Policy) {
    this.#policy = policy
  }

  /** Writes a file afresh. @returns its folder */
  async write(file: string, text: string): Promise<string> {
    try {
      return await this.#write(await this.#there(), file, text)
    } catch {
      // A program has taken the folder away, or put one in the place of the file.
      this.#folder = null
      return await this.#write(await this.#there(), file, text)
    }
  }

  async close(): Promise<void> {
    if (this.#outer !== null) await rm(this.#outer, { recursive: true, force: true })
  }

  async #write(folder: string, file: string, text: string): Promise<string> {
    const path = join(folder, file)
    await unlink(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    // `x` follows no link.
    const handle = await open(path, 'wx', 0o644)
    try {
      await handle.writeFile(text)
      // By the open file, not by its name, which may be another's by now.
      const { become, user } = this.#policy
      if (become.length > 0) await handle.chown(user.uid, user.gid)
    } finally {
      await handle.close()
    }
    return folder
  }

  async #there(): Promise<string> {
    if (this.#folder !== null) return this.#folder
    const { become, modules, user } = this.#policy
    if (this.#outer === null) {
      this.#outer = await mkdtemp(join(tmpdir(), `${WORKSPACE_PREFIX}${SERVER_MARK}-`))
      // Somebody else may look for a name that they know, and not around.
      if (become.length > 0) await chmod(this.#outer, 0o711)
    }
    this.#made += 1
    const folder = join(this.#outer, this.#made === 1 ? 'lab' : `lab-${this.#made}`)
    await mkdir(folder, { mode: 0o700 })
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n', { flag: 'wx' })
    await symlink(modules, join(folder, 'node_modules'), 'junction')
    // Programs are another user where the server is root.
    if (become.length > 0) await chown(folder, user.uid, user.gid)
    this.#folder = folder
    return folder
  }
}
