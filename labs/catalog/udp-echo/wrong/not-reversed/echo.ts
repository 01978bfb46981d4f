import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const PORT = 12821
const echo = createSocket('udp4')
echo.bind(PORT, '127.0.0.1')
await once(echo, 'listening').catch(portInUse)
console.log(`Waiting for a question on port ${PORT}.`)

const [data, sender] = await once(echo, 'message')
const text = data.toString()
console.log(`Received ${data.length} bytes: ${text}`)
console.log(`From port ${sender.port}.`)
echo.send(data, sender.port, sender.address, () =>
  echo.close(),
)

function portInUse(error: NodeJS.ErrnoException) {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(
    `Port ${PORT} is already in use. Stop the`,
    'program that holds it, then run this again.',
  )
  process.exit(1)
}
