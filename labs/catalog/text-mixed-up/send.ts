import { createSocket } from 'node:dgram'
import iconv from 'iconv-lite'

const PORT = 12822
const sender = createSocket('udp4')
sender.connect(PORT, '127.0.0.1', () => {
  for (const encoding of ['utf-8', 'gbk']) {
    const data = iconv.encode('数据', encoding)
    sender.send(data)
    console.log(`Sent 数据 in ${encoding}: ${hex(data)}`)
  }
  sender.close()
})

function hex(data: Buffer) {
  return data.toString('hex').replace(/..\B/g, '$& ')
}
