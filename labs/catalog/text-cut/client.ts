import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import iconv from 'iconv-lite'

const PORT = 12824
const TEXTS = {
  'utf-8': '数据',
  gbk: '数据',
  gb18030: '数😀',
}

for (const [encoding, text] of Object.entries(TEXTS)) {
  const data = iconv.encode(text, encoding)
  const connection = connect(PORT, '127.0.0.1')
  await once(connection, 'connect').catch(refused)
  connection.write(data.subarray(0, -1))
  await sleep(200) // the last byte comes late
  connection.end(data.subarray(-1))
  console.log(`${encoding}: ${text} as ${hex(data)}`)
  connection.resume()
  await once(connection, 'close')
}

function hex(data: Buffer) {
  return data.toString('hex').replace(/..\B/g, '$& ')
}

function refused(error: NodeJS.ErrnoException) {
  if (error.code !== 'ECONNREFUSED') throw error
  console.error(
    `Nobody is listening on 127.0.0.1, port ${PORT}.`,
    'Is a server running, and on that port?',
  )
  process.exit(1)
}
