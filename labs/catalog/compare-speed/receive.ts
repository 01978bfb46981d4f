import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

const HOST = '127.0.0.1'
const PORT = 12828
const COUNT = 30 // questions, agreed with the sender
const clock = () => performance.now() / 1000

const server = createServer()
server.listen(PORT, HOST, 128) // queue length
await once(server, 'listening').catch(cannotBind)
const receiver = createSocket('udp4')
receiver.bind(PORT, HOST)
await once(receiver, 'listening').catch(cannotBind)
console.log(`Waiting on port ${PORT}, by UDP and by TCP.`)

const byUdp = { size: 0, began: 0, ended: 0 }
const byTcp = { size: 0, began: 0, ended: 0 }

receiver.on('message', (data, asker) => {
  if (data.length > 1) note(byUdp, data)
  else receiver.send(data, asker.port, asker.address)
})

let connections = 0
server.on('connection', (connection) => {
  connections += 1
  // One for all questions, then one for each, one more.
  const isLast = connections === COUNT + 2
  connection.on('data', (data: Buffer) => {
    if (isLast) note(byTcp, data)
    else connection.write(data)
  })
  if (isLast) connection.on('end', end)
})

function note(taken: typeof byUdp, data: Buffer) {
  taken.ended = clock()
  if (taken.size === 0) taken.began = taken.ended
  taken.size += data.length
}

function end() {
  server.close()
  receiver.close()
  report('UDP', byUdp)
  report('TCP', byTcp)
}

function report(name: string, taken: typeof byUdp) {
  const size = taken.size / 1e6 // in MB
  const speed = size / (taken.ended - taken.began)
  console.log(
    `${name}: ${size.toFixed(1)} of 12 MB came,`,
    `at ${speed.toFixed(0)} MB/s.`,
  )
}

function cannotBind(error: NodeJS.ErrnoException) {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
