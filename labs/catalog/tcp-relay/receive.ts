import { on, once } from 'node:events'
import { createServer } from 'node:net'

const PORT = 12824
const utf8 = new TextDecoder('utf-8', { fatal: true })
const receiver = createServer()
const connections = on(receiver, 'connection')
receiver.listen(PORT, '127.0.0.1', 128) // queue length
await once(receiver, 'listening').catch(portInUse)
console.log(`Waiting for connections on port ${PORT}.`)

let turn = 0
for await (const [connection] of connections) {
  turn += 1
  console.log(`Connection ${turn}:`)
  for await (const data of connection) show(data)
  if (turn === 2) break
}
receiver.close()

// Takes each piece for a message.
function show(data: Buffer) {
  try {
    console.log(`  ${utf8.decode(data)}`)
  } catch {
    console.log(`  no text: ${hex(data)}`)
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
