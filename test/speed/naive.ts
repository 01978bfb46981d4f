/** What one would write in half an hour: a terminal behind a WebSocket, JSON in, text out. Prints its port; ends when its input does. */
import type { AddressInfo } from 'node:net'
import { type IPty, spawn } from 'node-pty'
import { WebSocketServer } from 'ws'
import type { Command } from './ways/means.ts'

/** The first message starts, every other types. */
export type ToNaive = { start: Command } | { input: string }

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
server.on('connection', (socket) => {
  let pty: IPty | undefined
  socket.on('message', (data) => {
    const message: ToNaive = JSON.parse(data.toString())
    if ('input' in message) return pty?.write(message.input)
    const { file, args, cwd, env } = message.start
    pty = spawn(file, args, { cwd, env, name: 'xterm-256color', cols: 80, rows: 24 })
    pty.onData((text) => socket.send(text))
    pty.onExit(() => socket.close())
  })
  socket.on('close', () => pty?.kill('SIGKILL'))
})
server.on('listening', () => console.log((server.address() as AddressInfo).port))
process.stdin.resume().on('end', () => process.exit())
