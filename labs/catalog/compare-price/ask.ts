import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import iconv from 'iconv-lite'

const HOST = '10.0.0.2'
const PORT = 12826
const QUESTION = iconv.encode('数据', 'gbk') // 4 bytes

for (const count of [1, 100]) {
  await price('UDP', byUdp, count)
  await price('TCP', byTcp, count)
}

async function price(
  name: string,
  ask: (count: number) => Promise<void>,
  count: number,
) {
  const before = counted()
  await ask(count).catch(failed)
  const after = counted()
  const packets = after.packets - before.packets
  const size = after.size - before.size
  console.log(
    `${name}, ${count} asked:`,
    `${packets} packets, ${size} bytes`,
  )
}

async function byUdp(count: number) {
  const asker = createSocket('udp4')
  for (let i = 0; i < count; i += 1) {
    asker.send(QUESTION, PORT, HOST)
    await once(asker, 'message', within())
  }
  asker.close()
}

async function byTcp(count: number) {
  const connection = connect(PORT, HOST)
  await once(connection, 'connect', within())
  for (let i = 0; i < count; i += 1) {
    connection.write(QUESTION)
    let answer = connection.read(4) // all four
    while (answer === null) {
      await once(connection, 'readable', within())
      answer = connection.read(4)
    }
  }
  connection.end()
  connection.resume()
  await once(connection, 'end', within()) // its close
}

/** What crossed eth0 up to now, by the kernel. */
function counted() {
  const table = readFileSync('/proc/net/dev', 'utf8')
  const [, row = ''] = table.split('eth0:')
  const words = row.trim().split(/\s+/)
  const n = (column: number) => Number(words[column])
  return { packets: n(1) + n(9), size: n(0) + n(8) }
}

function within() {
  return { signal: AbortSignal.timeout(2000) }
}

function failed({ code }: NodeJS.ErrnoException): never {
  if (code === 'ECONNREFUSED') {
    console.error(
      `Nobody is listening on ${HOST}, port ${PORT}.`,
      'Is the answerer running, and on that port?',
    )
  } else console.error('No answer within two seconds.')
  process.exit(1)
}
