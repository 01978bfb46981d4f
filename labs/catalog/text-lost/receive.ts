import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const PORT = 12822
const receiver = createSocket('udp4')
receiver.bind(PORT, '127.0.0.1')
await once(receiver, 'listening').catch(portInUse)
console.log(`Waiting for datagrams on port ${PORT}.`)

receiver.on('message', (data) => {
  // An empty datagram is the end: so it was agreed.
  if (data.length === 0) {
    receiver.close()
    return
  }
  const text = new TextDecoder('gbk').decode(data)
  console.log(`${hex(data)}: ${text}`)
})

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
