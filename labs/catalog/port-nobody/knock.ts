import { once } from 'node:events'
import { connect } from 'node:net'

async function knock(port: number) {
  const connection = connect(port, '127.0.0.1')
  try {
    await once(connection, 'connect')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    console.log(`Port ${port}: ${code}`)
    return null
  }
  console.log(`Port ${port}: connected`)
  return connection
}

const first = await knock(12825) // the holder's port
if (first === null) {
  console.error('Nobody is there. Run holder first.')
  process.exit(1)
}

const own = first.localPort as number
console.log(`My own port is ${own}.`)
await knock(own) // bound, not listening
await knock(12826) // nobody has it
first.destroy()
