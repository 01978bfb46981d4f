import { once } from 'node:events'
import * as net from 'node:net'

// RFC 5737 keeps this address for examples: nobody's.
const NOBODYS = '192.0.2.1'
const PORT = 12835

async function bind(address: string) {
  const server = net.createServer()
  server.listen(PORT, address) // binds first
  await once(server, 'listening')
  server.close()
}

async function connect(address: string) {
  const client = net.connect(PORT, address)
  const signal = AbortSignal.timeout(2000)
  try {
    await once(client, 'connect', { signal })
  } finally {
    client.destroy()
  }
}

type Act = typeof bind | typeof connect

async function attempt(
  what: string,
  act: Act,
  address: string,
) {
  try {
    await act(address)
    console.log(`${what} ${address}: done.`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ABORT_ERR') {
      console.log(`${what} ${address}: no answer.`)
      return
    }
    console.log(`${what} ${address}: ${code}.`)
    errors.push(code)
  }
}

const errors: unknown[] = []
await attempt('Bind to', bind, NOBODYS)
await attempt('Connect to', connect, NOBODYS)
await attempt('Connect to', connect, '127.0.0.1')
if (errors.length > 0) {
  console.error(`${errors.length} of 3 ended in an error.`)
  process.exit(1)
}
