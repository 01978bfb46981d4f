import type { Ran } from '../code/code-panel.ts'
import { isAnyKept } from '../settings.ts'
import type { Desk, DeskParts } from './desk.ts'

/** Where the programs of a lab are edited. The desk is loaded when a reader first edits, or has kept something. */
export class Editing {
  readonly #parts: DeskParts
  readonly #onFailed: (detail: string) => void
  /** Null as long as nobody has edited. */
  #desk: Promise<Desk | null> | null = null
  /** What scenes are runs of, by program: who edits later is told as well. */
  readonly #ran = new Map<string, Ran | null>()

  /** @param onFailed is told the system's word when the desk could not be loaded */
  constructor(parts: DeskParts, onFailed: (detail: string) => void) {
    this.#parts = parts
    this.#onFailed = onFailed
  }

  /** Whether the browser keeps a reader's own version of a program of this lab. */
  get isKept(): boolean {
    return isAnyKept(this.#parts.lab)
  }

  /** Loads what is edited with, once. Null where that fails; that is told, and the next press tries again. */
  open(): Promise<Desk | null> {
    this.#desk ??= this.#load().catch((error: Error) => {
      this.#desk = null
      this.#onFailed(error.message)
      return null
    })
    return this.#desk
  }

  /** The desk where something is edited; null where nothing is, so that the course's text is run. */
  get needed(): Promise<Desk | null> | null {
    return this.#desk ?? (this.isKept ? this.open() : null)
  }

  /** Told to the desk as soon as there is one, in the order in which it was said. */
  tell(act: (desk: Desk) => void): void {
    void this.#desk?.then((desk) => desk && act(desk))
  }

  ran(program: string, ran: Ran | null): void {
    this.#ran.set(program, ran)
    this.tell((desk) => desk.ran(program, ran))
  }

  close(): void {
    this.tell((desk) => desk.close())
    this.#desk = null
  }

  async #load(): Promise<Desk> {
    const { openDesk } = await import('./desk.ts')
    const desk = await openDesk(this.#parts)
    for (const [program, ran] of this.#ran) desk.ran(program, ran)
    return desk
  }
}
