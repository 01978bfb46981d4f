import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const PORT = 12824
// Nothing is read from it until somebody asks.
const server = createServer({ pauseOnConnect: true })
server.listen(PORT, '127.0.0.1', 128) // queue length
await once(server, 'listening').catch(portInUse)
console.log(`Waiting for a connection on port ${PORT}.`)

const [connection] = await once(server, 'connection')
console.log('Busy for a moment, not reading.')
await sleep(400)
connection.on('data', (data: Buffer) => {
  const text = data.toString()
  console.log(`Received ${data.length} bytes: ${text}`)
})
connection.resume()
await once(connection, 'end')
console.log('Received 0 bytes: that was all.')
server.close()

function portInUse(error: NodeJS.ErrnoException) {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
