import { once } from 'node:events'
import { createServer } from 'node:net'

const PORT = 12824
const server = createServer()
server.listen(PORT, '127.0.0.1', 128) // queue length
await once(server, 'listening').catch(portInUse)
console.log(`Waiting for a connection on port ${PORT}.`)

const [connection] = await once(server, 'connection')
let text = ''
for await (const piece of connection) {
  const decoder = new TextDecoder('utf-8')
  text += decoder.decode(piece, { stream: true })
}
console.log(`Received: ${text}`)
server.close()

function portInUse(error: NodeJS.ErrnoException) {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
