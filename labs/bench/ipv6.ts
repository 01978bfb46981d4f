/**
 * Tries whether this machine can speak IPv6, and says so in sentences. It opens sockets of its own and sends nothing that
 * leaves the machine: connecting a UDP socket only asks the kernel for a road. Always exits with code 0; no is an answer.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Loopback (RFC 4291, section 2.5.3), and an address kept for examples (RFC 3849), which is in nobody's own network. */
const LOOPBACK = '::1'
const FAR = '2001:db8::1'
const WORD = 'hello'

/** Sends a word to a server of its own on `::1`. Null when it came back, else the error's name. */
async function tryLoopback(): Promise<string | null> {
  const server = createServer((connection) => connection.pipe(connection))
  try {
    server.listen(0, LOOPBACK)
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const client = connect(port, LOOPBACK)
    const signal = AbortSignal.timeout(2000)
    try {
      await once(client, 'connect', { signal })
      client.end(WORD)
      let heard = ''
      for await (const bytes of client) heard += bytes
      return heard === WORD ? null : `it came back as ${heard}`
    } finally {
      client.destroy()
    }
  } catch (error) {
    return nameOf(error)
  } finally {
    server.close()
  }
}

/** Asks the kernel for a road to far away: the address it would speak from, or the error's name. */
async function tryRoad(): Promise<{ from: string } | { error: string }> {
  const socket = createSocket('udp6')
  try {
    socket.connect(9, FAR)
    await once(socket, 'connect')
    return { from: socket.address().address }
  } catch (error) {
    return { error: nameOf(error) }
  } finally {
    socket.close()
  }
}

function nameOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ABORT_ERR' ? 'no answer in two seconds' : (code ?? message)
}

const loopback = await tryLoopback()
const road = await tryRoad()
if (loopback === null) console.log(`${LOOPBACK}: a word was sent by TCP, and came back.`)
else console.log(`${LOOPBACK}: nothing can be sent, ${loopback}.`)
if ('from' in road) console.log(`Far away: there is a road; this machine would speak from ${road.from}.`)
else console.log(`Far away: there is no road, ${road.error}.`)
console.log('')
if (loopback !== null) console.log('IPv6 does not work on this machine.')
else if ('from' in road) console.log('IPv6 works here, and leads out. Whether anybody answers was not tried.')
else console.log('IPv6 works inside this machine, and does not lead out of it.')
