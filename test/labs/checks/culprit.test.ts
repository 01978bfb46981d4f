import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CULPRITS, culpritOf, ERRORS, errorOf } from '../../../labs/checks/culprit.ts'
import type { ProgramSocket } from '../../../labs/events.ts'
import { endpoint, StoryMaker } from '../../helpers/story-maker.ts'

const CAST = {
  programs: [
    { name: 'server', end: 'waits', host: 'b' },
    { name: 'client', end: 'begins', host: 'a' },
  ],
  hosts: [
    { name: 'a', addresses: ['10.0.0.1'] },
    { name: 'b', addresses: ['10.0.0.2'] },
  ],
  wires: [['a', 'b']],
} as const
const CLIENT = '10.0.0.1:40000'
const SERVER = '10.0.0.2:12824'

function socket(local: string, remote: string | null = null, protocol: 'tcp' | 'udp' = 'tcp'): ProgramSocket {
  return { id: 1, protocol, descriptor: 3, local: endpoint(local), remote: remote === null ? null : endpoint(remote) }
}

/** A client whose last call fails with this error, after what `before` lets happen. */
function failing(error: string, deed: 'connect' | 'send' | 'receive' | 'bind', before: (made: StoryMaker) => void) {
  const made = new StoryMaker(CAST)
  made.starts('server', 'py')
  made.starts('client', 'py')
  const call = made.waits('client', { name: deed, deed, socket: socket(CLIENT, SERVER) })
  before(made)
  made.returns(call, { error, socket: socket(CLIENT, SERVER) })
  return culpritOf(made.story(), call)
}

describe('the culprit of a failed call', () => {
  it('of a connection refused is the RST that answered', () => {
    const culprit = failing('ECONNREFUSED', 'connect', (made) => {
      made.packet({ source: CLIENT, destination: SERVER, tcp: ['SYN'] })
      made.packet({ source: SERVER, destination: CLIENT, tcp: ['RST', 'ACK'] })
    })
    expect(culprit).toMatchObject({ kind: 'reset-answer', packet: 2 })
  })

  it('is found by what the socket has sent, where its own address is told no more', () => {
    const made = new StoryMaker(CAST)
    made.starts('client', 'py')
    const bare = { ...socket(CLIENT, SERVER), local: null }
    const call = made.waits('client', { name: 'connect', deed: 'connect', socket: bare, packets: [1] })
    made.packet({ source: CLIENT, destination: SERVER, tcp: ['SYN'], cause: { call } })
    made.packet({ source: SERVER, destination: CLIENT, tcp: ['RST', 'ACK'] })
    made.returns(call, { error: 'ECONNREFUSED' })
    expect(culpritOf(made.story(), call)).toMatchObject({ kind: 'reset-answer', packet: 2 })
  })

  it('is not a reset of some other connection', () => {
    const culprit = failing('ECONNREFUSED', 'connect', (made) => {
      made.packet({ source: SERVER, destination: '10.0.0.1:50000', tcp: ['RST', 'ACK'] })
    })
    expect(culprit).toBeNull()
  })

  it('of a refused datagram is the ICMP message about it', () => {
    const culprit = failing('ECONNREFUSED', 'send', (made) => {
      const about = made.packet({ source: CLIENT, destination: SERVER, payload: 1 })
      made.packet({ source: '10.0.0.2', destination: '10.0.0.1', icmp: {}, about })
    })
    expect(culprit).toMatchObject({ kind: 'icmp-answer', packet: 2 })
  })

  it('of a time-out is the silence after what was sent, and the wire where it took everything', () => {
    const silent = failing('ETIMEDOUT', 'connect', (made) => {
      made.packet({ source: CLIENT, destination: SERVER, tcp: ['SYN'] })
      made.packet({ source: CLIENT, destination: SERVER, tcp: ['SYN'] })
    })
    expect(silent).toMatchObject({ kind: 'silence', packet: 2, sent: 2 })
    const lost = failing('ETIMEDOUT', 'connect', (made) => {
      made.packet({ source: CLIENT, destination: SERVER, tcp: ['SYN'], arrived: null, fate: 'lost' })
    })
    expect(lost).toMatchObject({ kind: 'lost-on-the-wire', packet: 1, sent: 1 })
  })

  it('of a time-out of the program itself is that nothing came', () => {
    expect(failing('TimeoutError', 'receive', () => {})).toMatchObject({ kind: 'nothing-came' })
  })

  it('of a reset is the RST, with the call at the other end that caused it', () => {
    const culprit = failing('ECONNRESET', 'receive', (made) => {
      made.call('server', { name: 'close', deed: 'close', socket: socket(SERVER, CLIENT) })
      const close = made.calls.length - 1
      made.packet({ source: SERVER, destination: CLIENT, tcp: ['RST'], sender: 'server', cause: { call: close } })
    })
    expect(culprit).toMatchObject({ kind: 'peer-reset', packet: 1, call: 1, program: 'server' })
  })

  it('of a broken pipe is the RST or the FIN of the other end, or the own close before', () => {
    const closed = failing('EPIPE', 'send', (made) => {
      made.packet({ source: SERVER, destination: CLIENT, tcp: ['FIN', 'ACK'], sender: 'server' })
    })
    expect(closed).toMatchObject({ kind: 'peer-closed', packet: 1, program: 'server' })
    const made = new StoryMaker(CAST)
    made.starts('client', 'py')
    made.call('client', { name: 'shutdown', deed: 'shutdown', socket: socket(CLIENT, SERVER) })
    made.call('client', { name: 'send', deed: 'send', socket: socket(CLIENT, SERVER), error: 'EPIPE' })
    expect(culpritOf(made.story(), 1)).toMatchObject({ kind: 'closed-here', call: 0, program: 'client' })
  })

  it('of an address in use is the program that holds the port, or the connection that still does', () => {
    const held = (owner: { program: string; run: number; descriptor: number } | null) => {
      const made = new StoryMaker(CAST)
      made.starts('server', 'py')
      const row = { id: 's', state: owner ? 'LISTEN' : 'TIME-WAIT', local: endpoint(SERVER), owner }
      made.call('server', { name: 'listen', deed: 'listen' }, { sockets: [row] })
      made.starts('client', 'py')
      made.call('client', { name: 'bind', deed: 'bind', args: "('10.0.0.2', 12824)", error: 'EADDRINUSE' })
      return culpritOf(made.story(), 1)
    }
    expect(held({ program: 'server', run: 1, descriptor: 3 })).toMatchObject({
      kind: 'held-by-program',
      program: 'server',
    })
    expect(held(null)).toMatchObject({ kind: 'held-by-connection' })
  })

  it('of an address in use is found by the port that was asked for, where an event alone tells of the failure', () => {
    const made = new StoryMaker(CAST)
    made.starts('server', 'py')
    const owner = { program: 'server', run: 1, descriptor: 3 }
    const row = { id: 's', state: 'LISTEN', local: endpoint(SERVER), owner }
    made.call('server', { name: 'listen', deed: 'listen' }, { sockets: [row] })
    made.starts('client', 'ts')
    const fresh = { ...socket(CLIENT), local: null }
    made.call('client', { name: 'listen', deed: 'listen', args: "12824, '10.0.0.2'", socket: fresh })
    made.call('client', { name: "'listening'", deed: 'listen', event: true, error: 'EADDRINUSE', socket: fresh })
    expect(culpritOf(made.story(), 2)).toMatchObject({ kind: 'held-by-program', program: 'server' })
  })

  it('is nobody where all went well, and the own kernel where a call was refused without any packet', () => {
    const made = new StoryMaker(CAST)
    made.starts('client', 'py')
    made.call('client', { name: 'send', deed: 'send' })
    made.call('client', { name: 'send', deed: 'send', error: 'EMSGSIZE' })
    made.call('client', { name: 'send', deed: 'send', error: 'ESOMETHING' })
    expect([0, 1, 2].map((place) => culpritOf(made.story(), place)?.kind ?? null)).toEqual([null, 'own-kernel', null])
  })
})

describe('the words of errors', () => {
  it.each(['en', 'zh'])(
    'say in %s for every error what it is and what to try, and for every culprit what shows it',
    (lang) => {
      const file = join(import.meta.dirname, `../../../content/ui/${lang}/errors.json`)
      const words: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'))
      const wanted = [
        ...ERRORS.flatMap((error) => [`error.${error}`, `error.${error}.try`]),
        ...CULPRITS.map((kind) => `culprit.${kind}`),
      ]
      expect(wanted.filter((key) => !words[key])).toEqual([])
    },
  )

  it('know the names that runtimes give to the kernel’s errors', () => {
    expect(errorOf('ECONNRESET')).toBe('ECONNRESET')
    expect(errorOf('ERR_SOCKET_DGRAM_NOT_RUNNING')).toBe('EBADF')
    expect(errorOf('ESOMETHING')).toBeNull()
  })
})
