import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const HOST = '10.0.0.2'
const PORT = 12824
const COUNT = 20 // agreed with the receiver

const connection = connect({
  host: HOST,
  port: PORT,
  allowHalfOpen: true, // its close is not ours
})
connection.on('error', failed)
await once(connection, 'connect')
const port = connection.localPort
console.log(`Connected from port ${port} to port ${PORT}.`)
for (let number = 1; number <= COUNT; number += 1) {
  connection.write(`${number}\n`)
  await sleep(50)
}
connection.end()
await once(connection, 'finish') // all handed over
console.log(`Handed ${COUNT} numbers to the kernel.`)
connection.destroy()

function failed({ code }: NodeJS.ErrnoException) {
  if (code === 'ECONNREFUSED') {
    console.error(
      `Nobody is listening on ${HOST}, port ${PORT}.`,
      'Is a server running, and on that port?',
    )
  } else console.error(`Broken off: ${code}.`)
  process.exit(1)
}
