import { once } from 'node:events'
import { createServer } from 'node:net'

// Where each port is bound.
const BINDS = new Map([
  [12831, '127.0.0.1'],
  [12832, '0.0.0.0'],
  [12833, '::1'],
  [12834, '::'],
])

const all = [...BINDS].map(([port, address]) =>
  serve(address, port),
)
await Promise.all(all)
for (const [port, address] of BINDS) {
  console.log(`Port ${port} is bound to ${address}.`)
}
console.log('Waiting for calls.')

async function serve(address: string, port: number) {
  const server = createServer()
  server.on('connection', (connection) => {
    const client = connection.remoteAddress
    console.log(`Port ${port}: ${client} came in.`)
    connection.destroy()
  })
  server.listen(port, address, 128) // queue length
  await once(server, 'listening').catch((error) => {
    const text = `Port ${port}, bound to ${address}:`
    console.error(text, `${error.code}.`)
    process.exit(1)
  })
}
