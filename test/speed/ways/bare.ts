import { type IPty, spawn } from 'node-pty'
import { commandOf, type Means } from './means.ts'
import type { Line, Way } from './way.ts'

/** node-pty as it comes, with nothing between: the terminal is read and written in the process that measures. */
export function bareWay(means: Means): Way {
  return {
    async open(wanted, hear) {
      const { file, args, cwd, env } = commandOf(means, wanted)
      const pty = spawn(file, args, { cwd, env, name: 'xterm-256color', cols: 80, rows: 24 })
      pty.onData((text) => hear(Buffer.from(text), () => {}))
      return lineOf(pty)
    },
    async useReserve() {},
  }
}

function lineOf(pty: IPty): Line {
  let isOver = false
  const exited = new Promise<void>((resolve) => {
    pty.onExit(() => {
      isOver = true
      resolve()
    })
  })
  return {
    type: (text) => pty.write(text),
    pause: () => pty.pause(),
    close() {
      pty.resume()
      if (!isOver) pty.kill('SIGKILL')
      return exited
    },
  }
}
