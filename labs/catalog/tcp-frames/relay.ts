import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const [PORT, NEXT] = [12825, 12824]
const seed = process.env.TOKEN ?? 'no token'
const relay = createServer()
relay.listen(PORT, '127.0.0.1', 128) // queue length
await once(relay, 'listening').catch(failed)
console.log(`Waiting for a connection on port ${PORT}.`)

const [source] = await once(relay, 'connection')
const came: Buffer[] = []
for await (const piece of source) came.push(piece)
const data = Buffer.concat(came)
console.log(`Seed: ${seed}`)
await passOn(cut(data, [5, ...chance(1)])) // inside 数
await passOn([data]) // all at once
await passOn(cut(data, chance(2)))
relay.close()

// Sizes by chance, 1 to 12.
function chance(turn: number) {
  const hash = createHash('sha256')
  const dice = hash.update(`${seed} ${turn}`).digest()
  return [...dice].map((die) => 1 + (die % 12))
}

function cut(data: Buffer, sizes: number[]) {
  const pieces: Buffer[] = []
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
    await sleep(30)
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
