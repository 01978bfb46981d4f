import { once } from 'node:events'
import { connect } from 'node:net'
import iconv from 'iconv-lite'

const HOST = '10.0.0.2'
const PORT = 12824
const connection = connect(PORT, HOST)
await once(connection, 'connect').catch(failed)
const port = connection.localPort
console.log(`Connected from port ${port} to port ${PORT}.`)

const data = iconv.encode('数据', 'gbk')
connection.end(data)
await once(connection, 'finish') // all handed over
console.log(`Sent ${data.length} bytes: 数据`)
connection.destroy()

function failed(error: NodeJS.ErrnoException) {
  if (error.code === 'ETIMEDOUT') {
    console.error(`No answer from ${HOST}, port ${PORT}.`)
    process.exit(1)
  }
  if (error.code !== 'ECONNREFUSED') throw error
  console.error(
    `Nobody is listening on ${HOST}, port ${PORT}.`,
    'Is a server running, and on that port?',
  )
  process.exit(1)
}
