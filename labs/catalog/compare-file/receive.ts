import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

const HOST = '10.0.0.2'
const PORT = 12829

const server = createServer()
server.listen(PORT, HOST, 128) // queue length
await once(server, 'listening').catch(cannotBind)
const receiver = createSocket('udp4')
receiver.bind(PORT, HOST)
await once(receiver, 'listening').catch(cannotBind)
console.log(`Waiting on port ${PORT}, by UDP and by TCP.`)

const byUdp: Buffer[] = []
const byTcp: Buffer[] = []
receiver.on('message', (data) => byUdp.push(data))
server.on('connection', (connection) => {
  connection.on('data', (data: Buffer) => byTcp.push(data))
  connection.on('end', end)
})

function end() {
  server.close()
  receiver.close()
  report('UDP', Buffer.concat(byUdp))
  report('TCP', Buffer.concat(byTcp))
}

function report(name: string, file: Buffer) {
  const hash = createHash('sha256').update(file)
  const mark = hash.digest('hex').slice(0, 8)
  console.log(
    `${name}: ${file.length} bytes, sha-256 ${mark}`,
  )
}

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
