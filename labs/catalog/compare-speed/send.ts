import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const HOST = '127.0.0.1'
const PORT = 12828
const COUNT = 30 // questions, agreed with the receiver
const SIZE = 12_000_000 // bytes, handed over in these:
const DATAGRAM = Buffer.alloc(1200)
const PIECE = Buffer.alloc(60_000)

console.log('There and back, the median of 30 times:')
await askAll().catch(failed)
await loadByUdp()
await loadByTcp().catch(failed)
console.log('Handed 12 MB to the kernel, twice.')

async function askAll() {
  const sender = await udp()
  await report('UDP', async () => {
    sender.send('?')
    await once(sender, 'message', within())
  })
  sender.close()
  const open = await tcp()
  await report('TCP, open', () => ask(open))
  open.destroy()
  await report('TCP, new for each', async () => {
    const connection = await tcp()
    await ask(connection)
    connection.destroy()
  })
}

async function ask(connection: Connection) {
  connection.write('?')
  await once(connection, 'data', within())
}

async function report(
  name: string,
  question: () => Promise<void>,
) {
  const took: number[] = []
  for (let i = 0; i < COUNT; i += 1) {
    const began = performance.now()
    await question()
    took.push(performance.now() - began)
  }
  took.sort((a, b) => a - b)
  const median = Number(took[COUNT / 2]) * 1000
  console.log(`${name}: ${median.toFixed(0)} µs`)
}

async function loadByUdp() {
  const sender = await udp()
  for (let i = 0; i < SIZE / DATAGRAM.length; i += 1) {
    sender.send(DATAGRAM)
  }
  await sleep(500) // the receiver waits for more
  sender.close()
}

async function loadByTcp() {
  const connection = await tcp()
  for (let i = 0; i < SIZE / PIECE.length; i += 1) {
    if (connection.write(PIECE)) continue
    await once(connection, 'drain', within())
  }
  connection.end()
  await once(connection, 'close', within())
}

async function udp() {
  const sender = createSocket('udp4')
  sender.on('error', failed)
  sender.connect(PORT, HOST)
  await once(sender, 'connect')
  return sender
}

type Connection = Awaited<ReturnType<typeof tcp>>
async function tcp() {
  const connection = connect(PORT, HOST)
  await once(connection, 'connect', within())
  return connection
}

function within() {
  return { signal: AbortSignal.timeout(2000) }
}

function failed({ code }: NodeJS.ErrnoException): never {
  if (code === 'ECONNREFUSED') {
    console.error(
      `Nobody is listening on ${HOST}, port ${PORT}.`,
      'Is the receiver running, and on that port?',
    )
  } else if (code === 'ABORT_ERR') {
    console.error('No answer within two seconds.')
  } else console.error(`Broken off: ${code}.`)
  process.exit(1)
}
