import { createSocket } from 'node:dgram'
import iconv from 'iconv-lite'

const PORT = 12822
const sender = createSocket('udp4')
sender.connect(PORT, '127.0.0.1', () => {
  for (const text of ['数据', '5€', '数😀']) {
    const data = iconv.encode(text, 'gbk')
    console.log(`${text}: ${hex(data)}`)
    sender.send(data)
  }
  sender.send('', () => sender.close()) // the end
})

function hex(data: Buffer) {
  return data.toString('hex').replace(/..\B/g, '$& ')
}
