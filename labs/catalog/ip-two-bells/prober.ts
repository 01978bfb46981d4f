import { once } from 'node:events'
import { connect } from 'node:net'

const PORT = 12838
const ADDRESSES = ['127.0.0.1', '127.0.0.77', '::1']

for (const address of ADDRESSES) {
  console.log(`${address}: ${await ask(address)}`)
}

async function ask(address: string) {
  const connection = connect(PORT, address)
  // On one machine, a second is long.
  const signal = AbortSignal.timeout(1000)
  try {
    await once(connection, 'connect', { signal })
    const [data] = await once(connection, 'data', {
      signal,
    })
    return data.toString()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ECONNREFUSED') return 'refused'
    if (code === 'ABORT_ERR') return 'silent'
    return code
  } finally {
    connection.destroy()
  }
}
