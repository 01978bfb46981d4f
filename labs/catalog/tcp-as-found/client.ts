import { once } from 'node:events'
import { connect } from 'node:net'
import iconv from 'iconv-lite'

const PORT = 12823
const connection = connect(PORT, '127.0.0.1')
await once(connection, 'connect').catch(refused)
const port = connection.localPort
console.log(`Connected from port ${port} to port ${PORT}.`)

const data = iconv.encode('数据', 'gbk')
connection.end(data)
await once(connection, 'finish') // all handed over
console.log(`Sent ${data.length} bytes: 数据`)
connection.destroy()

function refused(error: NodeJS.ErrnoException) {
  if (error.code !== 'ECONNREFUSED') throw error
  console.error(
    `Nobody is listening on 127.0.0.1, port ${PORT}.`,
    'Is a server running, and on that port?',
  )
  process.exit(1)
}
