import { programEnvironment, SERVER_MARK } from '../../labs/bench/environment.ts'
import type { LiveNetwork } from '../../labs/bench/network/network.ts'
import { Terminal } from '../../labs/bench/terminal.ts'
import type { Size } from '../../labs/events.ts'
import { PLAIN, POLICY } from './live-network.ts'

/** How a program ended: its code, or the name of the signal. */
type End = { code: number | null; signal: string | null }

/** A program in a terminal, as a test sees it. */
export interface TestTerminal {
  readonly terminal: Terminal
  /** All that it has printed, byte by byte. */
  readonly output: () => Buffer
  /** Resolves when it has printed a text that holds this. */
  until(text: string): Promise<void>
  /** Resolves when its end was told. */
  readonly end: Promise<End>
  /** What was told, in order; output as `output`. */
  readonly told: string[]
}

let started = 0

let network: LiveNetwork = PLAIN

/** From now on, programs run here. */
export function runOn(next: LiveNetwork): void {
  network = next
}

/** Runs a program in a terminal of its own. */
export async function inTerminal(
  [file = '', ...args]: string[],
  size: Size = { columns: 80, rows: 24 },
  descriptors?: number,
): Promise<TestTerminal> {
  const pieces: Uint8Array[] = []
  const told: string[] = []
  const output = () => Buffer.concat(pieces)
  let look = () => {}
  const { promise: end, resolve } = Promise.withResolvers<End>()
  started += 1
  const launched = await network.launch({
    ...size,
    run: started,
    argv: [file, ...args],
    folder: '/tmp',
    host: 'here',
    capability: null,
    descriptors,
    env: programEnvironment(`${SERVER_MARK}.test.${started}.`, POLICY),
  })
  const terminal = new Terminal(launched, {
    onOutput(bytes) {
      pieces.push(bytes)
      told.push('output')
      look()
    },
    onExit(code, signal) {
      told.push('exit')
      resolve({ code, signal })
    },
  })
  return {
    terminal,
    output,
    end,
    told,
    until: (text) =>
      new Promise<void>((resolve, reject) => {
        look = () => {
          if (!output().includes(text)) return
          look = () => {}
          resolve()
        }
        look()
        void end.then(() => reject(new Error(`It ended and had printed: ${output()}`)))
      }),
  }
}

/** Runs a shell's command in a terminal of its own. */
export function shellInTerminal(command: string, size?: Size): Promise<TestTerminal> {
  return inTerminal(['/bin/sh', '-c', command], size)
}
