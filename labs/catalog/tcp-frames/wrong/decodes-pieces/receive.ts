import { on, once } from 'node:events'
import { createServer } from 'node:net'

const PORT = 12824
const utf8 = new TextDecoder('utf-8', { fatal: true })

// Is given pieces, gives whole messages.
class FrameReader {
  kept = ''

  push(piece: Buffer): Buffer[] {
    this.kept += piece.toString()
    const messages = []
    while (this.kept.length >= 4) {
      const end = 4 + this.kept.charCodeAt(3)
      if (this.kept.length < end) break
      messages.push(Buffer.from(this.kept.slice(4, end)))
      this.kept = this.kept.slice(end)
    }
    return messages
  }
}

const receiver = createServer()
const connections = on(receiver, 'connection')
receiver.listen(PORT, '127.0.0.1', 128) // queue length
await once(receiver, 'listening').catch(portInUse)
console.log(`Waiting for connections on port ${PORT}.`)

let turn = 0
for await (const [connection] of connections) {
  const reader = new FrameReader()
  const messages: Buffer[] = []
  for await (const piece of connection) {
    messages.push(...reader.push(piece))
  }
  console.log(messages.map(shown).join(' '))
  turn += 1
  if (turn === 3) break
}
receiver.close()

function shown(message: Buffer) {
  try {
    return JSON.stringify(utf8.decode(message))
  } catch {
    return `<${hex(message)}>` // no text
  }
}

function hex(data: Buffer) {
  return data.toString('hex').replace(/..\B/g, '$& ')
}

function portInUse(error: NodeJS.ErrnoException) {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
