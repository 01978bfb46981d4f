import { once } from 'node:events'
import { createServer } from 'node:net'

const PORT = 70000
const server = createServer()

try {
  server.listen(PORT, '127.0.0.1')
} catch (error) {
  const { code } = error as NodeJS.ErrnoException
  console.error(`There is no port ${PORT} (${code}).`)
  process.exit(1)
}

await once(server, 'listening')
console.log(`Waiting for a connection on port ${PORT}.`)
server.close()
