import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const TRANSPORT: string = 'TCP' // or 'UDP'
const MISSING = 0 // of the 40, so many will not come
const MEDIAN = 60 // ms, the age of those that come

const HOST = '10.0.0.2'
const PORT = 12827
const COUNT = 40 // agreed with the watcher

console.log(`I choose ${TRANSPORT}, and expect:`)
console.log(`${MISSING} missing, median age ${MEDIAN} ms.`)
await (TRANSPORT === 'TCP' ? byTcp() : byUdp())
console.log(`Handed ${COUNT} messages to the kernel.`)

async function byUdp() {
  const sender = createSocket('udp4')
  for (let number = 1; number <= COUNT; number += 1) {
    sender.send(line(number), PORT, HOST)
    await sleep(25)
  }
  sender.close()
}

async function byTcp() {
  const connection = connect({
    host: HOST,
    port: PORT,
    noDelay: true, // small pieces leave at once
    allowHalfOpen: true, // its close is not ours
  })
  connection.on('error', failed)
  await once(connection, 'connect')
  for (let number = 1; number <= COUNT; number += 1) {
    connection.write(line(number))
    await sleep(25)
  }
  connection.end()
  await once(connection, 'finish') // all handed over
  connection.destroy()
}

/** Its number, and when it was sent, in ms. */
function line(number: number) {
  return `${number} ${Date.now()}\n`
}

function failed({ code }: NodeJS.ErrnoException) {
  if (code === 'ECONNREFUSED') {
    console.error(
      `Nobody is listening on ${HOST}, port ${PORT}.`,
      'Is the watcher running, and on that port?',
    )
  } else console.error(`Broken off: ${code}.`)
  process.exit(1)
}
