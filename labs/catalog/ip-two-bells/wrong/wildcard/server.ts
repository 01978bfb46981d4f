import { once } from 'node:events'
import { createServer } from 'node:net'

const PORT = 12838
const ADDRESSES = ['::']
const token = process.env.TOKEN ?? 'no token'

await Promise.all(ADDRESSES.map(serve))
const bound = ADDRESSES.join(' and ')
console.log(`Waiting for calls at ${bound}, port ${PORT}.`)

async function serve(address: string) {
  const server = createServer()
  server.on('connection', (connection) => {
    console.log(`${connection.remoteAddress} came in.`)
    connection.write(token)
    connection.resume() // until it leaves
  })
  server.listen(PORT, address, 128) // queue length
  await once(server, 'listening').catch((error) => {
    const text = `Port ${PORT}, bound to ${address}:`
    console.error(text, `${error.code}.`)
    process.exit(1)
  })
}
