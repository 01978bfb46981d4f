import { once } from 'node:events'
import { connect } from 'node:net'

async function knock(port: number) {
  const connection = connect(port, '127.0.0.1')
  let answer = 'connected'
  await once(connection, 'connect').catch((error) => {
    answer = error.code
  })
  console.log(`Port ${port}: ${answer}`)
  return connection
}

const first = await knock(12825) // the holder's port
const own = first.localPort ?? 0
if (own === 0) {
  console.error('Nobody is there. Run holder first.')
  process.exit(1)
}

console.log(`My own port is ${own}.`)
const second = await knock(own) // bound, not listening
const third = await knock(12826) // nobody has it
for (const one of [third, second, first]) one.destroy()
