import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const [PORT, NEXT] = [12825, 12824]
const relay = createServer()
relay.listen(PORT, '127.0.0.1', 128) // queue length
await once(relay, 'listening').catch(failed)
console.log(`Waiting for a connection on port ${PORT}.`)

const [source] = await once(relay, 'connection')
const pieces: Buffer[] = []
for await (const piece of source) pieces.push(piece)
await passOn(pieces) // as they came
await passOn(cut(Buffer.concat(pieces))) // the same bytes
relay.close()

function cut(data: Buffer) {
  const pieces: Buffer[] = []
  const sizes = [1, 4, 2, 5]
  while (data.length > 0) {
    const size = sizes[pieces.length % sizes.length]
    pieces.push(data.subarray(0, size))
    data = data.subarray(size)
  }
  return pieces
}

async function passOn(pieces: Buffer[]) {
  const target = connect(NEXT, '127.0.0.1')
  // Each piece goes at once, however small.
  target.setNoDelay(true)
  await once(target, 'connect').catch(failed)
  for (const piece of pieces) {
    target.write(piece)
    await sleep(50)
  }
  target.end()
  target.resume()
  await once(target, 'close')
  const sizes = pieces.map((piece) => piece.length)
  console.log('Passed on:', sizes.join(' '))
}

function failed(error: NodeJS.ErrnoException) {
  if (error.code === 'ECONNREFUSED') {
    console.error(
      `Nobody is listening on 127.0.0.1, port ${NEXT}.`,
      'Is a receiver running, and on that port?',
    )
  } else if (error.code === 'EADDRINUSE') {
    console.error(
      `Port ${PORT} is already in use. Stop the`,
      'program that holds it, then run this again.',
    )
  } else throw error
  process.exit(1)
}
