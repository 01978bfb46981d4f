/** The machine's own ports, for files of tests whose programs use fixed ones: one file has them at a time. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll } from 'vitest'

/** Who listens here has all others; the kernel takes it from one that ends, however it ends. */
const TURN = { port: 12799, host: '127.0.0.1' } as const

/** Other files may take so long, in ms. */
const DEADLINE = 600_000

/** Before the tests of this file: waits until no other file uses the machine's fixed ports, and keeps them until its tests have ended. */
export function useMachinePorts(): void {
  let turn: Server | undefined
  beforeAll(async () => {
    turn = await takeTurn()
  }, DEADLINE)
  afterAll(() => void turn?.close())
}

async function takeTurn(): Promise<Server> {
  for (;;) {
    const server = createServer().listen(TURN)
    try {
      await once(server, 'listening')
      return server
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      await pause(200)
    }
  }
}
