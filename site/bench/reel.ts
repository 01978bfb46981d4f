/** What was printed in a terminal, kept with its times so that it can be printed again up to any of them. Pure. */

/** So much of a terminal's output is kept, in bytes. */
export const MOST = 256 * 1024

interface Take<Act> {
  readonly t: number
  readonly size: number
  readonly act: Act
}

export class Reel<Act> {
  #takes: Take<Act>[] = []
  #size = 0
  /** The number of takes that were let go: a take's place counts from the first that ever was. */
  #letGo = 0

  /** Keeps what was done at `t`; `size` is its weight in bytes. The oldest is let go where it is too much. */
  add(t: number, size: number, act: Act): void {
    this.#takes.push({ t, size, act })
    this.#size += size
    let gone = 0
    while (this.#size > MOST && gone < this.#takes.length - 1) {
      this.#size -= this.#takes[gone]?.size ?? 0
      gone += 1
    }
    if (gone === 0) return
    this.#takes.splice(0, gone)
    this.#letGo += gone
  }

  clear(): void {
    this.#letGo += this.#takes.length
    this.#takes = []
    this.#size = 0
  }

  /** The first place that is still kept. */
  get begin(): number {
    return this.#letGo
  }

  /** The place after the last take that was made no later than `t`. */
  end(t: number): number {
    const after = this.#takes.findIndex((take) => take.t > t)
    return this.#letGo + (after < 0 ? this.#takes.length : after)
  }

  /** What was done from one place up to another. */
  between(from: number, to: number): readonly Act[] {
    return this.#takes.slice(Math.max(from - this.#letGo, 0), to - this.#letGo).map(({ act }) => act)
  }
}
