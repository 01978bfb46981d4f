import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import iconv from 'iconv-lite'

const PORT = 12822
const data = iconv.encode('数据', 'gbk')

const sender = createSocket('udp4')
console.log('New: Node keeps the descriptor to itself.')
await new Promise((sent) =>
  sender.send(data, PORT, '127.0.0.1', sent),
)
sender.close()
await once(sender, 'close')
console.log('Closed.')

try {
  sender.send(data, PORT, '127.0.0.1')
} catch (error) {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING') throw error
  console.error(`Too late, ${code}: the socket is closed.`)
  process.exit(1)
}
