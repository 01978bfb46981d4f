/**
 * `npm run siege [-- --once ATTACK…]`: attacks a real server in bounded ways and prints what held. Started by root, it is
 * made twice: as root, and as a user without rights; `--once` leaves out the second. Ends with 1 when anything has not
 * held.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { userInfo } from 'node:os'
import { whyNoOwnNetwork } from '../helpers/live-network.ts'
import { table } from './finding.ts'
import { attacksOf, report, WHOLE } from './siege.ts'

const NOBODY = 65_534

const args = process.argv.slice(2)
const isOnce = args.includes('--once')
const asked = args.filter((arg) => arg !== '--once')
const attacks = attacksOf(WHOLE)
const unknown = asked.find((name) => !Object.hasOwn(attacks, name))
if (unknown !== undefined) {
  console.error(`There is no attack named "${unknown}". There are:\n  ${Object.keys(attacks).join('\n  ')}`)
  process.exit(2)
}

process.exitCode = await besiege()
if (process.getuid?.() === 0 && !isOnce) {
  const ids = { uid: NOBODY, gid: NOBODY }
  const again = spawn(process.execPath, [import.meta.filename, ...asked], { ...ids, cwd: '/', stdio: 'inherit' })
  const [code] = await once(again, 'exit')
  process.exitCode ||= code ?? 1
}

/** @returns the exit code. */
async function besiege(): Promise<number> {
  const who = process.getuid?.() === 0 ? 'root, whose benches run as nobody' : `an ordinary user (${userInfo().uid})`
  if (whyNoOwnNetwork !== null) {
    console.log(
      `As ${who}: benches have no networks of their own here, so there is nothing to besiege. ${whyNoOwnNetwork}`,
    )
    return 1
  }
  const chosen = Object.entries(attacks).filter(([name]) => asked.length === 0 || asked.includes(name))
  console.log(`As ${who}: ${chosen.length} attacks`)
  const reports = []
  for (const [name, make] of chosen) {
    reports.push(await report(name, make))
    process.stderr.write('.')
  }
  process.stderr.write('\n')
  console.log(`\n${table(reports)}\n`)
  const failed = reports.flatMap(({ findings }) => findings).filter(({ holds }) => !holds).length
  console.log(failed === 0 ? 'Everything held.' : `${failed} things did not hold.`)
  return failed === 0 ? 0 : 1
}
