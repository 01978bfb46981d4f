import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

const HOST = '10.0.0.2'
const PORT = 12827
const COUNT = 40 // agreed with the sender

type Ages = Map<number, number> // number: age in ms
const byUdp: Ages = new Map()
const byTcp: Ages = new Map()

const server = createServer()
server.listen(PORT, HOST, 128) // queue length
await once(server, 'listening').catch(cannotBind)
const receiver = createSocket('udp4')
receiver.bind(PORT, HOST)
await once(receiver, 'listening').catch(cannotBind)
console.log(`Waiting on port ${PORT}, by UDP and by TCP.`)

let quiet: NodeJS.Timeout | undefined
let connected = false
receiver.on('message', (data) => {
  note(byUdp, String(data))
  clearTimeout(quiet)
  // Without a connection: quiet, and it ends.
  if (!connected) quiet = setTimeout(end, 1000)
})

server.on('connection', (connection) => {
  connected = true
  const lines = createInterface({ input: connection })
  lines.on('line', (line) => note(byTcp, line))
  lines.on('close', () => {
    connection.destroy()
    end()
  })
})

function end() {
  server.close()
  receiver.close()
  report('UDP', byUdp)
  report('TCP', byTcp)
}

function note(ages: Ages, line: string) {
  const [number, sent] = line.split(' ').map(Number)
  ages.set(Number(number), Date.now() - Number(sent))
}

function mark(age: number | undefined) {
  if (age === undefined) return '_' // it did not come
  return age < 100 ? '|' : 'o'
}

function report(name: string, ages: Ages) {
  if (ages.size === 0) return
  let belt = ''
  for (let one = 1; one <= COUNT; one += 1) {
    belt += mark(ages.get(one))
  }
  const inOrder = [...ages.values()].sort((a, b) => a - b)
  const median = inOrder[Math.floor(ages.size / 2)]
  console.log(`${name}: ${ages.size} of ${COUNT} came.`)
  console.log(belt)
  const worst = inOrder.at(-1)
  console.log(
    `Age: median ${median} ms, worst ${worst} ms.`,
  )
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
