import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const HOST = '10.0.0.2'
const PORT = 12827
const COUNT = 40 // agreed with the watcher

const sender = createSocket('udp4')
const connection = connect({
  host: HOST,
  port: PORT,
  noDelay: true, // small pieces leave at once
  allowHalfOpen: true, // its close is not ours
})
connection.on('error', failed)
await once(connection, 'connect')
for (let number = 1; number <= COUNT; number += 1) {
  // Its number, and when it was sent, in ms.
  const line = `${number} ${Date.now()}\n`
  sender.send(line, PORT, HOST)
  connection.write(line)
  await sleep(25)
}
sender.close()
connection.end()
await once(connection, 'finish') // all handed over
console.log(
  `Handed ${COUNT} messages to the kernel, twice.`,
)
connection.destroy()

function failed({ code }: NodeJS.ErrnoException) {
  if (code === 'ECONNREFUSED') {
    console.error(
      `Nobody is listening on ${HOST}, port ${PORT}.`,
      'Is the watcher running, and on that port?',
    )
  } else console.error(`Broken off: ${code}.`)
  process.exit(1)
}
