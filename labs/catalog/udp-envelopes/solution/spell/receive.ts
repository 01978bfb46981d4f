import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import iconv from 'iconv-lite'

const HOST = '10.0.0.2'
const PORT = 12822
const receiver = createSocket('udp4')
receiver.bind(PORT, HOST)
await once(receiver, 'listening').catch(cannotBind)
console.log(`Waiting for a datagram on port ${PORT}.`)

const [data, sender] = await once(receiver, 'message')
const text = iconv.decode(data, 'utf-8')
console.log(`Received ${data.length} bytes: ${text}`)
console.log(`From ${sender.address}, port ${sender.port}.`)
receiver.close()

function cannotBind({ code }: NodeJS.ErrnoException) {
  if (code === 'EADDRNOTAVAIL') {
    console.error(`This host has no address ${HOST}.`)
  } else {
    console.error(
      `Port ${PORT} is already in use. Stop the`,
      'program that holds it, then run this again.',
    )
  }
  process.exit(1)
}
