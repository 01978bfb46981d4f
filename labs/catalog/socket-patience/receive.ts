import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const PORT = 12822
const receiver = createSocket('udp4')
receiver.bind(PORT, '127.0.0.1')
await once(receiver, 'listening').catch(portInUse)
console.log(`Waiting for datagrams on port ${PORT}.`)

receiver.on('message', (data) => {
  console.log(`${data.length} bytes: ${data}`)
}) // for ever

function portInUse(error: NodeJS.ErrnoException) {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
