import { createSocket } from 'node:dgram'
import { once } from 'node:events'

let number = 0

try {
  for (number = 1; number <= 100; number++) {
    const one = createSocket('udp4')
    one.bind(0, '127.0.0.1') // any free port
    await once(one, 'listening')
    const { port } = one.address()
    console.log(`Socket ${number} has port ${port}.`)
  }
} catch (error) {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'EMFILE') throw error
  console.error(
    `No descriptor for socket ${number}: ${code}.`,
  )
  process.exit(1)
}
