import { once } from 'node:events'
import { connect } from 'node:net'

async function call(port: number) {
  const one = connect(port, 'localhost')
  await once(one, 'connect')
  console.log(`Port ${port}: reached ${one.remoteAddress}.`)
  one.destroy()
}

await call(12836)
await call(12837).catch((error) => {
  // Both addresses were tried, and both errors are told.
  console.log(`Port 12837: ${error.name}`)
  for (const { code, address } of error.errors ?? []) {
    console.log(`  ${code} from ${address}`)
  }
  console.error('Nobody called localhost listens there.')
  process.exit(1)
})
