import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const PORT = 12825

function tcp(address: string) {
  return createServer().listen(PORT, address)
}

function udp(address: string) {
  return createSocket('udp4').bind(PORT, address)
}

async function ask(
  name: string,
  open: typeof tcp | typeof udp,
) {
  const [, address = ''] = name.split(' ')
  const socket = open(address)
  let answer = 'ok'
  await once(socket, 'listening').catch((error) => {
    answer = error.code
  })
  console.log(`${name}: ${answer}`)
  return socket
}

const all = [
  await ask('TCP 127.0.0.1', tcp),
  await ask('UDP 127.0.0.1', udp),
  await ask('TCP 127.0.0.2', tcp),
  await ask('TCP 0.0.0.0', tcp),
]
await sleep(1000) // time to look at the sockets
for (const socket of all) socket.close()
