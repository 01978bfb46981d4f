import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'

const HOST = '10.0.0.2'
const PORT = 12822
const COUNT = 20 // agreed with the receiver

const sender = createSocket('udp4')
for (let number = 1; number <= COUNT; number += 1) {
  sender.send(String(number), PORT, HOST)
  await sleep(50)
}
sender.close()
console.log(`Handed ${COUNT} datagrams to the kernel.`)
