import type { Page, WebSocketRoute } from 'playwright-core'
import { BENCH_PATH } from '../../labs/protocol.ts'

/** Whose words a wire may lose before either side has noticed that it is broken. */
type Side = 'page' | 'server'

/** The wire between a page and the server, which a test can cut in the middle. */
export class Cable {
  readonly #ends = new Set<WebSocketRoute>()
  #lost: Side | null = null
  #isCut = false

  private constructor() {}

  /** Takes hold of the connections that the page makes from now on. */
  static async of(page: Page): Promise<Cable> {
    const cable = new Cable()
    await page.routeWebSocket(
      ({ pathname }) => pathname === BENCH_PATH,
      (near) => cable.#join(near),
    )
    return cable
  }

  /** Loses all that one side says from now on. */
  lose(side: Side): void {
    this.#lost = side
  }

  /** Ends all connections without a word to either side; new ones end at once. */
  async cut(): Promise<void> {
    this.#isCut = true
    const ends = [...this.#ends]
    this.#ends.clear()
    await Promise.all(ends.map((end) => end.close()))
  }

  /** New connections reach the server again, and nothing is lost. */
  mend(): void {
    this.#isCut = false
    this.#lost = null
  }

  #join(near: WebSocketRoute): void {
    if (this.#isCut) {
      void near.close()
      return
    }
    const far = near.connectToServer()
    this.#ends.add(near).add(far)
    near.onMessage((frame) => this.#lost !== 'page' && far.send(frame))
    far.onMessage((frame) => this.#lost !== 'server' && near.send(frame))
  }
}
