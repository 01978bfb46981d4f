import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const PORT = 12822
const receiver = createSocket('udp4')
receiver.bind(PORT, '127.0.0.1')
await once(receiver, 'listening').catch(portInUse)
console.log(`Waiting for datagrams on port ${PORT}.`)

const patience = setTimeout(() => {
  console.log('Nothing more came for a fifth of a second.')
  receiver.close()
}, 200)
receiver.on('message', (data) => {
  patience.refresh() // from now on, once more
  console.log(`${data.length} bytes: ${data}`)
})

function portInUse(error: NodeJS.ErrnoException) {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
