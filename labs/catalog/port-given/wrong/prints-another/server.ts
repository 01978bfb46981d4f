import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

const token = process.env.TOKEN ?? 'no token'

const probe = createSocket('udp4') // finds a free port
probe.bind(0, '127.0.0.1')
await once(probe, 'listening')
const { port } = probe.address()

const server = createServer()
server.listen(0, '127.0.0.1')
await once(server, 'listening')
probe.close()
console.log(`Waiting for a client on port ${port}.`)

const [connection] = await once(server, 'connection')
connection.write(token)
console.log(`Sent ${token}.`)
connection.resume() // until the other end closes
await once(connection, 'end')
connection.destroy()
server.close()
