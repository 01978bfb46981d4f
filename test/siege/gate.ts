import { setTimeout as pause } from 'node:timers/promises'
import { PROTOCOL } from '../../labs/protocol.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { getRequest, sendRaw, upgrade } from '../helpers/raw.ts'
import { askToEnter, enter, insideOf, keyOf } from '../helpers/readers.ts'
import { exactly, type Finding } from './finding.ts'
import { descendantsOf } from './processes.ts'
import type { Stronghold } from './stronghold.ts'

/** Strangers at the gate: none gets in, and none starts a process. */
export async function stormGate({ port, pid }: Stronghold): Promise<Finding[]> {
  const own = `127.0.0.1:${port}`
  const origin = `http://${own}`
  const reader = await enter(port)
  const other = await enter(port)
  const { cookie } = reader
  const [name = '', value = ''] = cookie.split('=')
  const before = await settledFamily(pid)
  const benches = (await insideOf(port)).benches

  const strangers = [
    ...[null, 'null', '', 'http://evil.example', 'https://127.0.0.1', `https://${own}`, `${origin}/`, `${origin}0`].map(
      (origin) => ({ host: own, origin, cookie }),
    ),
    ...[null, '', 'evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, `localhost.:${port}`].map(
      // The name was rebound to this address, so page and server agree.
      (host) => ({ host, origin: `http://${host}`, cookie }),
    ),
    ...['', `${name}=`, `${name}=${value}x`, `${name}=${reader.pass}`, `${name}=${keyOf(port)}`, `x${cookie}`].map(
      (cookie) => ({ host: own, origin, cookie }),
    ),
    { host: own, origin },
  ]
  const answers = await Promise.all(strangers.map((stranger) => upgrade(port, stranger)))
  const refused = answers.filter((answer) => / 40[03] /.test(answer ?? ''))

  const keys = ['', 'x', `${keyOf(port)}x`, keyOf(port).slice(1), keyOf(port).toUpperCase(), value, reader.pass]
  const entries = await Promise.all(keys.map((key) => askToEnter(port, { key })))
  const foreign = ['http://evil.example', 'null', null].map((origin) => {
    const body = JSON.stringify({ key: keyOf(port) })
    const lines = ['POST /enter HTTP/1.1', `Host: ${own}`, ...(origin === null ? [] : [`Origin: ${origin}`])]
    return sendRaw(port, `${lines.join('\r\n')}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  })
  const foreigners = await Promise.all(foreign)

  const passes = [undefined, 'x', value, other.pass, keyOf(port)]
  const pages = await Promise.all(passes.map(() => BenchClient.connect(port, reader)))
  for (const [index, page] of pages.entries()) {
    page.sayRaw(JSON.stringify({ type: 'open', protocol: PROTOCOL, lab: 'siege', pass: passes[index] }))
  }
  await Promise.all(pages.map((page) => page.until(() => page.closed)))

  const names = ['evil.example', `localhost.:${port}`, '0.0.0.0', '127.1', '']
  const readings = await Promise.all(names.map((host) => sendRaw(port, getRequest(port, '/', host))))
  const count = (what: string, wanted: number, seen: number) => exactly(what, seen, wanted)
  return [
    count('connections by strangers that were refused', strangers.length, refused.length),
    count('wrong keys that were refused', keys.length, entries.filter(({ status }) => status === 403).length),
    count(
      'pages of others that had the key and were refused',
      foreigners.length,
      foreigners.filter((answer) => answer.startsWith('HTTP/1.1 403')).length,
    ),
    count(
      'readers without their pass that were told so',
      passes.length,
      pages.filter(({ troubles }) => troubles.length === 1 && troubles[0]?.kind === 'not-invited').length,
    ),
    count(
      'names that are not the server’s and read nothing',
      names.length,
      readings.filter((answer) => /^HTTP\/1\.1 40[03]/.test(answer)).length,
    ),
    exactly(
      'benches and processes that came of it',
      descendantsOf(pid).length - before + (await insideOf(port)).benches - benches,
      0,
    ),
  ]
}

/** How many processes a server has, once none has come or gone for half a second: networks are made ahead. */
async function settledFamily(pid: number): Promise<number> {
  let family = descendantsOf(pid).length
  for (let calm = 0; calm < 5; ) {
    await pause(100)
    const now = descendantsOf(pid).length
    calm = now === family ? calm + 1 : 0
    family = now
  }
  return family
}
