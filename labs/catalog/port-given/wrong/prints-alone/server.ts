import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

const token = process.env.TOKEN ?? 'no token'

const server = createServer()
server.listen(0, '127.0.0.1') // whichever is free
await once(server, 'listening')
const { port } = server.address() as AddressInfo
console.log(`Waiting for a client on port ${port}.`)

const [connection] = await once(server, 'connection')
connection.write(token)
console.log(`Sent ${token}.`)
connection.resume() // until the other end closes
await once(connection, 'end')
connection.destroy()
server.close()
