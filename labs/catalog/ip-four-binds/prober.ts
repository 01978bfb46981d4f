import { once } from 'node:events'
import { connect } from 'node:net'

const BINDS = new Map([
  [12831, '127.0.0.1'],
  [12832, '0.0.0.0'],
  [12833, '::1'],
  [12834, '::'],
])
const ADDRESSES = ['127.0.0.1', '127.0.0.77', '::1']

show('bound to', ...ADDRESSES)
for (const [port, bound] of BINDS) {
  const answers: string[] = []
  for (const to of ADDRESSES) {
    answers.push(await ask(to, port))
  }
  show(bound, ...answers)
}

async function ask(address: string, port: number) {
  const connection = connect(port, address)
  // On one machine, a second is long.
  const signal = AbortSignal.timeout(1000)
  try {
    await once(connection, 'connect', { signal })
    connection.resume() // until the server closes
    await once(connection, 'end', { signal })
    return 'reached'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ECONNREFUSED') return 'refused'
    if (code === 'ABORT_ERR') return 'silent'
    return code ?? String(error)
  } finally {
    connection.destroy()
  }
}

function show(...cells: string[]) {
  const line = cells.map((cell) => cell.padEnd(11)).join('')
  console.log(line.trimEnd())
}
