import type { Channel } from './network/network.ts'

/** Where the calls of one run are held, and how many are. Several threads may wait at once. */
export class Gate {
  readonly #channel: Pick<Channel, 'hold' | 'release'>
  readonly #released: () => void
  #isShut = false
  #held = 0

  /** @param released is called when a call that was held goes on */
  constructor(channel: Pick<Channel, 'hold' | 'release'>, released: () => void) {
    this.#channel = channel
    this.#released = released
  }

  /** Holds every call from now on, or lets all through. */
  hold(on: boolean): true {
    if (on === this.#isShut) return true
    this.#isShut = on
    this.#channel.hold(on)
    while (!on && this.release());
    return true
  }

  /** Lets one call through. @returns whether one was held */
  release(): boolean {
    if (this.#held === 0) return false
    // Told first: the program may be held again before the next line here.
    this.leaves()
    this.#channel.release(1)
    return true
  }

  /** A call has come and is held. @returns false when it came too late, and is let through at once */
  arrives(): boolean {
    if (this.#isShut) this.#held += 1
    else this.#channel.release(1)
    return this.#isShut
  }

  /** A call is held no longer. */
  leaves(): void {
    if (this.#held === 0) return
    this.#held -= 1
    this.#released()
  }
}
