import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

const HOST = '10.0.0.2'
const PORT = 12824
const COUNT = 20 // agreed with the sender
const came: number[] = []
const twice: number[] = []
const late: number[] = []
const times: number[] = []

const server = createServer()
server.listen(PORT, HOST, 128) // queue length
await once(server, 'listening').catch(cannotBind)
console.log(`Waiting for a connection on port ${PORT}.`)

const [connection] = await once(server, 'connection')
server.close()
console.log(`Connected from port ${connection.remotePort}.`)
const lines = createInterface({ input: connection })
for await (const line of lines) note(Number(line))
connection.destroy()
report()

function note(number: number) {
  if (came.includes(number)) twice.push(number)
  else if (number < Math.max(...came)) late.push(number)
  came.push(number)
  times.push(performance.now())
  process.stdout.write(`${number} `)
}

function report() {
  const sent = Array.from(
    { length: COUNT },
    (_, i) => i + 1,
  )
  const missing = sent.filter((one) => !came.includes(one))
  console.log('\nMissing:', missing.join(' ') || 'none')
  console.log('Twice:', twice.join(' ') || 'none')
  console.log('Late:', late.join(' ') || 'none')
  const pauses = times.map(
    (t, i) => t - (times[i - 1] ?? t),
  )
  const longest = Math.max(0, ...pauses) / 1000
  console.log(`Longest pause: ${longest.toFixed(2)} s`)
}

function cannotBind({ code }: NodeJS.ErrnoException) {
  if (code === 'EADDRNOTAVAIL') {
    console.error(`This host has no address ${HOST}.`)
  } else {
    console.error(
      `Port ${PORT} is already in use. Stop the`,
      'program that holds it, then run this again.',
    )
  }
  process.exit(1)
}
