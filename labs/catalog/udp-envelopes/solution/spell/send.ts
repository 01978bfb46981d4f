import { createSocket } from 'node:dgram'
import iconv from 'iconv-lite'

const HOST = '10.0.0.2'
const PORT = 12822
const token = process.env.TOKEN ?? 'no token'
const sender = createSocket('udp4')
const data = iconv.encode(`数据${token}`, 'utf-8')
sender.send(data, PORT, HOST, (error, count) => {
  if (error) throw error
  console.log(`Handed ${count} bytes to the kernel.`)
  sender.close()
})
