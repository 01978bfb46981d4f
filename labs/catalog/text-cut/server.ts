import { on, once } from 'node:events'
import { createServer } from 'node:net'

const PORT = 12824
const encodings = ['utf-8', 'gbk', 'gb18030'] // agreed
const server = createServer()
const connections = on(server, 'connection')
server.listen(PORT, '127.0.0.1', 128) // queue length
await once(server, 'listening').catch(portInUse)
console.log(`Waiting for connections on port ${PORT}.`)

for await (const [connection] of connections) {
  const encoding = encodings.shift()
  const stream = new TextDecoder(encoding)
  for await (const piece of connection) {
    const alone = new TextDecoder(encoding).decode(piece)
    const next = stream.decode(piece, { stream: true })
    console.log(`${encoding}: ${hex(piece)}`)
    console.log(`  alone: ${alone}`)
    console.log(`  stream: ${next}`)
  }
  if (encodings.length === 0) break
}
server.close()

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
