import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const HOST = '10.0.0.2'
const PORT = 12821

async function ask(connected: boolean) {
  let refused = false
  let answered = false
  const sender = createSocket('udp4')
  sender.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNREFUSED') throw error
    say('ECONNREFUSED,')
    refused = true
  })
  sender.on('message', () => {
    answered = true
  })
  if (connected) {
    sender.connect(PORT, HOST) // sends nothing
    await once(sender, 'connect')
  }

  for (let number = 1; number <= 3; number += 1) {
    const taken = (error: Error | null) => {
      if (error) throw error
      say(`${number} taken,`)
    }
    if (connected) sender.send('?', taken)
    else sender.send('?', PORT, HOST, taken)
    await sleep(50)
  }

  await sleep(500)
  console.log(answered ? 'an answer.' : 'no answer.')
  sender.close()
  return refused
}

function say(word: string) {
  process.stdout.write(`${word} `)
}

say('Unconnected:')
await ask(false)
say('Connected:')
if (await ask(true)) {
  console.error(`Nobody has port ${PORT} on ${HOST}.`)
  process.exit(1)
}
