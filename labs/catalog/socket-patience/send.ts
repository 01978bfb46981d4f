import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'

const PORT = 12822
const token = process.env.TOKEN ?? 'no token'

const sender = createSocket('udp4')
await sleep(600) // it comes late
const data = Buffer.from(token)
sender.send(data, PORT, '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`Sent ${data.length} bytes, once: ${token}`)
  sender.close()
})
