import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const PORT = 12821
const token = process.env.TOKEN ?? 'no token'

const asker = createSocket('udp4')
asker.send(token, PORT, '127.0.0.1')
console.log(`Asked port ${PORT}: ${token}`)

const backwards = [...token].reverse().join('')
console.log(`Answer from port ${PORT}: ${backwards}`)
const signal = AbortSignal.timeout(2000)
const answer = once(asker, 'message', { signal })
const [data, sender] = await answer.catch(noAnswer)
console.log(`Answer from port ${sender.port}: ${data}`)
asker.close()

function noAnswer(): never {
  console.error('No answer within two seconds.')
  process.exit(1)
}
