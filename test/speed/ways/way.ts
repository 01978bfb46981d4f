import type { Wanted } from '../programs.ts'
import type { Means } from './means.ts'

/** A program's terminal, as whoever looks at its screen has it. */
export interface Line {
  type(text: string): void
  /** Takes nothing more from the connection, as a page that hangs. */
  pause(): void
  /** Ends the program and the connection. */
  close(): Promise<void>
}

/** Hears what a program prints. `done` is to be called when these bytes have been dealt with. */
export type Hear = (bytes: Uint8Array, done: () => void) => void

/** How terminals are had. */
export interface Way {
  /** Has a program started; resolves when that has been asked for. */
  open(wanted: Wanted, hear: Hear): Promise<Line>
  /** Uses up what is kept ready for the next reader, where anything is. */
  useReserve(): Promise<void>
}

/** Where a client finds the server it measures; `bare` is none. */
export type Reach =
  | { readonly way: 'bare'; readonly means: Means }
  | { readonly way: 'naive'; readonly means: Means; readonly port: number }
  | { readonly way: 'bench'; readonly port: number; readonly key: string }
