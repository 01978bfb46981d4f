import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

const HOST = '10.0.0.2'
const PORT = 12826
let datagrams = 0
let messages = 0
let connections = 0

const server = createServer({ allowHalfOpen: true })
server.listen(PORT, HOST, 128) // queue length
await once(server, 'listening').catch(cannotBind)
const receiver = createSocket('udp4')
receiver.bind(PORT, HOST)
await once(receiver, 'listening').catch(cannotBind)
console.log(`Waiting on port ${PORT}, by UDP and by TCP.`)

receiver.on('message', (data, asker) => {
  receiver.send(data, asker.port, asker.address)
  datagrams += 1
})

server.on('connection', (connection) => {
  connection.on('data', (data) => {
    connection.write(data)
    messages += data.length / 4
  })
  connection.on('end', () => {
    connection.end()
    connections += 1
    if (connections === 2) end() // agreed with the asker
  })
})

function end() {
  server.close()
  receiver.close()
  console.log(`Answered ${datagrams} datagrams.`)
  console.log(
    `Answered ${messages} messages in`,
    `${connections} connections.`,
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
