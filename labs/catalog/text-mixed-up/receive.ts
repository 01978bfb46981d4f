import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const PORT = 12822
const receiver = createSocket('udp4')
receiver.bind(PORT, '127.0.0.1')
await once(receiver, 'listening').catch(portInUse)
console.log(`Waiting for datagrams on port ${PORT}.`)

// Both times the encoding that was not used.
const encodings = ['gbk', 'utf-8']
receiver.on('message', (data) => {
  const encoding = encodings.shift()
  const text = new TextDecoder(encoding).decode(data)
  console.log(`${data.length} bytes: ${hex(data)}`)
  console.log(`  ${encoding}: ${text}`)
  if (encodings.length === 0) receiver.close()
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
