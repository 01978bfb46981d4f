import type { Network } from '../../network.ts'
import type { Rung } from '../../protocol.ts'
import type { LiveNetwork } from './network.ts'
import { OwnNetwork } from './own.ts'
import { PlainNetwork } from './plain.ts'
import type { Policy } from './policy.ts'

/** How many holders are kept ready, so that the first run of a bench need not wait for one. */
const READY = 2

/** Gives each bench its network. On the rung `own`, holders are made ahead. */
export class Networks {
  readonly rung: Rung
  readonly #folder: string
  readonly #python: string | null
  readonly #policy: Policy
  readonly #ready: OwnNetwork[] = []
  #closed = false

  /** @param python a Python 3 by its real path; the rung `own` cannot do without */
  constructor(rung: Rung, folder: string, python: string | null, policy: Policy) {
    this.rung = rung
    this.#folder = folder
    this.#python = python
    this.#policy = policy
    this.#refill()
  }

  /** A network for one bench. @throws {Error} when it cannot be had; on the rung `none` always. */
  async take(network: Network): Promise<LiveNetwork> {
    if (this.rung === 'none') throw new Error('On the rung `none` no programs are run.')
    if (this.rung === 'plain' && network.wires.length > 0) throw new Error('The plain machine is one host only.')
    if (this.rung === 'plain') return new PlainNetwork(this.#folder, this.#policy)
    const own = this.#ready.shift() ?? this.#make()
    // Not now: the reader is waiting, and forking is what they wait for.
    setTimeout(() => this.#refill(), 300).unref()
    try {
      await own.build(network)
    } catch (error) {
      await own.close()
      throw error
    }
    return own
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#ready.splice(0).map((own) => own.close()))
  }

  #refill(): void {
    if (this.rung !== 'own') return
    while (!this.#closed && this.#ready.length < READY) {
      const own = this.#make()
      this.#ready.push(own)
      void own.gone.then(() => {
        const index = this.#ready.indexOf(own)
        if (index >= 0) this.#ready.splice(index, 1)
      })
    }
  }

  #make(): OwnNetwork {
    return new OwnNetwork(this.#folder, this.#python ?? 'python3', this.#policy)
  }
}
