import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const HOST = '10.0.0.2'
const PORT = 12822
const COUNT = 20 // agreed with the sender
const came: number[] = []
const twice: number[] = []
const late: number[] = []
const times: number[] = []

const receiver = createSocket('udp4')
receiver.bind(PORT, HOST)
await once(receiver, 'listening').catch(cannotBind)
console.log(`Waiting for datagrams on port ${PORT}.`)

let quiet: NodeJS.Timeout
receiver.on('message', (data) => {
  note(Number(data))
  clearTimeout(quiet)
  quiet = setTimeout(end, 1000) // quiet: it ends
})

function end() {
  receiver.close()
  report()
}

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
