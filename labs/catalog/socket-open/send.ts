import { createSocket } from 'node:dgram'
import iconv from 'iconv-lite'

const PORT = 12822
const sender = createSocket('udp4')
const data = iconv.encode('数据', 'gbk')
sender.send(data, PORT, '127.0.0.1', (error, count) => {
  if (error) throw error
  console.log(`Handed ${count} bytes to the kernel.`)
  console.log('Nothing left to do, and nothing closed.')
})
