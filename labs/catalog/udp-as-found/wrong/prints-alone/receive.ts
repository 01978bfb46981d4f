import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import iconv from 'iconv-lite'

const PORT = 12822
const receiver = createSocket('udp4')
receiver.bind(PORT, '127.0.0.1')
await once(receiver, 'listening').catch(portInUse)
console.log(`Waiting for a datagram on port ${PORT}.`)

console.log('Received 4 bytes: 数据')
const [data, sender] = await once(receiver, 'message')
const text = iconv.decode(data, 'gbk')
console.log(`Received ${data.length} bytes: ${text}`)
console.log(`From ${sender.address}, port ${sender.port}.`)
receiver.close()

function portInUse(error: NodeJS.ErrnoException) {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
