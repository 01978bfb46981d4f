import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const HOST = '10.0.0.2'
const PORT = 12829
const SIZE = 1000 // bytes, of each datagram

const file = makeFile()
const hash = createHash('sha256').update(file)
const mark = hash.digest('hex').slice(0, 8)
console.log(`File: ${file.length} bytes, sha-256 ${mark}`)
await byUdp()
await byTcp()
console.log('Handed the file to the kernel, twice.')

/** A line of 8 bytes for each number: 1 MB. */
function makeFile() {
  let text = ''
  for (let number = 0; number < 125_000; number += 1) {
    text += `${String(number).padStart(7, '0')}\n`
  }
  return Buffer.from(text)
}

async function byUdp() {
  const sender = createSocket('udp4')
  sender.on('error', failed)
  sender.connect(PORT, HOST)
  await once(sender, 'connect')
  for (let at = 0; at < file.length; at += SIZE) {
    sender.send(file.subarray(at, at + SIZE))
  }
  await sleep(500) // until the road is empty
  sender.close()
}

async function byTcp() {
  const connection = connect(PORT, HOST)
  connection.on('error', failed)
  await once(connection, 'connect')
  connection.end(file)
  await once(connection, 'finish') // all handed over
  connection.resume()
}

function failed({ code }: NodeJS.ErrnoException) {
  if (code === 'ECONNREFUSED') {
    console.error(
      `Nobody is listening on ${HOST}, port ${PORT}.`,
      'Is the receiver running, and on that port?',
    )
  } else console.error(`Broken off: ${code}.`)
  process.exit(1)
}
