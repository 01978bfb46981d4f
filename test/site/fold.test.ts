import { describe, expect, test } from 'vitest'
import en from '../../content/ui/en/lab.json' with { type: 'json' }
import zh from '../../content/ui/zh/lab.json' with { type: 'json' }
import type { Happening, ReadySocket } from '../../labs/events.ts'
import type { Health, Obstacle, Rung } from '../../labs/protocol.ts'
import {
  fold,
  isBusy,
  type LabView,
  type ProgramView,
  type Step,
  shownState,
  untouched,
} from '../../site/bench/fold.ts'
import { endWords, labWords, offerOf, programWords, whyNotWords } from '../../site/bench/sentences.ts'

const PROGRAMS = ['receive', 'send']
const SOCKET: ReadySocket = { protocol: 'udp', address: '127.0.0.1', port: 12822 }

let n = 0
const happen = (happening: Happening): Step => {
  n += 1
  return { kind: 'event', event: { n, t: n, ...happening }, replayed: false }
}
const starting = (program = 'receive', run = 1) =>
  happen({ kind: 'starting', program, run, language: 'py', columns: 80, rows: 24 })
const started = (program = 'receive', run = 1) =>
  happen({ kind: 'started', program, run, pid: 7, command: ['python3', `${program}.py`] })
const ready = (program = 'receive', run = 1) => happen({ kind: 'ready', program, run, socket: SOCKET })
const exited = (code: number | null, signal: string | null = null, stopped = false, run = 1) =>
  happen({ kind: 'exited', program: 'receive', run, code, signal, stopped })
const opened = (instead = false): Step => ({
  kind: 'opened',
  instead,
  folder: '/course',
  interpreters: { ts: 'v26', py: null },
})
const joined = (connection: LabView['connection']): Step => ({ kind: 'connection', connection })
const asked = (...programs: string[]): Step => ({ kind: 'asked', programs })

const health: Health = {
  protocol: 1,
  version: '0.1.0',
  interpreters: { ts: 'v26', py: null },
  network: 'own',
  obstacles: [],
  system: { platform: 'linux', release: '6.1', python: null, node: '/node' },
}
const serves = (network: Rung, ...obstacles: Obstacle[]): Step => ({
  kind: 'health',
  health: { ...health, network, obstacles },
})

const told = (...steps: Step[]) => steps.reduce(fold, untouched(PROGRAMS))
const receive = (view: LabView) => view.programs.receive as ProgramView

describe('a program', () => {
  test('is ready, starting, running, exited', () => {
    const steps = [starting(), started(), ready(), exited(0)]
    const states = steps.map((_, i) => receive(told(...steps.slice(0, i + 1))).state)
    expect(states).toEqual(['starting', 'running', 'running', 'exited'])
    expect(receive(told()).state).toBe('ready')
  })

  test('says in words what it does', () => {
    const words = (...steps: Step[]) => programWords(en, receive(told(...steps)))
    expect(words()).toBe('ready to run')
    expect(words(asked('receive'))).toBe('starting')
    expect(words(starting(), started())).toBe('running')
    expect(words(starting(), started(), ready())).toBe('running · UDP port 12822')
    expect(words(starting(), started(), exited(0))).toBe('exited with code 0')
    expect(words(starting(), started(), exited(1))).toBe('exited with code 1')
    expect(words(starting(), started(), exited(null, 'SIGSEGV'))).toBe('ended by signal SIGSEGV')
    expect(words(starting(), started(), exited(null, 'SIGHUP', true))).toBe('ended by Stop')
  })

  test('says the same in Chinese', () => {
    const words = (...steps: Step[]) => programWords(zh, receive(told(...steps)))
    expect(words()).toBe('可以运行')
    expect(words(starting(), started(), ready())).toBe('运行中·UDP端口12822')
    expect(words(starting(), started(), exited(0))).toBe('已退出，代码0')
    expect(words(starting(), started(), exited(null, 'SIGHUP', true))).toBe('已停止')
  })

  test('that was asked for shows as starting, and can be stopped, before the bench has said a word', () => {
    const view = told(starting(), started(), exited(3), asked('receive'))
    expect(shownState(receive(view))).toBe('starting')
    expect(isBusy(receive(view))).toBe(true)
  })

  test('that runs is not asked for', () => {
    expect(receive(told(starting(), started(), asked('receive', 'send'))).asked).toBe(false)
  })

  test('that could not be started says why, and may be asked for again', () => {
    const trouble = { kind: 'file-missing', file: 'labs/catalog/udp-aligned/receive.py' } as const
    const view = told(starting(), happen({ kind: 'failed', program: 'receive', run: 1, trouble }))
    expect(receive(view).state).toBe('failed')
    expect(view.trouble).toEqual(trouble)
    expect(isBusy(receive(view))).toBe(false)
    expect(told(...[starting(), asked('receive')]).trouble).toBe(null)
  })

  test('is not changed by an event of an earlier run', () => {
    const view = told(starting(), started(), exited(0), starting('receive', 2), exited(null, 'SIGKILL', true, 1))
    expect(receive(view).state).toBe('starting')
  })

  test('forgets the port, the exit and the trouble of the run before', () => {
    const view = told(starting(), started(), ready(), exited(1), starting('receive', 2), started('receive', 2))
    expect(receive(view)).toMatchObject({ socket: null, exit: null, state: 'running', run: 2 })
  })
})

describe('the connection', () => {
  test('that is lost takes back what was asked for and leaves what runs', () => {
    const view = told(starting(), started(), asked('send'), joined('lost'))
    expect(view.programs.send?.asked).toBe(false)
    expect(receive(view).state).toBe('running')
    expect(labWords(en, view)).toBe('connection lost, trying again')
    expect(labWords(zh, view)).toBe('连接断开，正在重连')
  })

  test('that cannot be made takes back what was asked for', () => {
    expect(isBusy(receive(told(asked('receive'), joined('connecting'), joined('unreachable'))))).toBe(false)
  })

  test('that comes back with a new bench says that the programs have ended with the old one', () => {
    const view = told(joined('live'), starting(), started(), joined('lost'), opened(true), joined('live'))
    expect(receive(view)).toMatchObject({ state: 'exited', exit: null, gone: { ended: null } })
    expect(programWords(en, receive(view))).toBe('ended with its bench')
    expect(labWords(en, view)).toContain('a new one')
  })

  test('runs of a new bench are counted anew', () => {
    const view = told(starting('receive', 5), started('receive', 5), opened(true), starting('receive', 1))
    expect(receive(view).state).toBe('starting')
    expect(labWords(en, view)).toBe('receive is starting')
  })

  test('that returns to the same bench leaves programs as they are', () => {
    const view = told(starting(), started(), joined('lost'), opened(false), joined('live'))
    expect(receive(view).state).toBe('running')
    expect(labWords(en, view)).toBe('receive is running; the connection was lost and is back')
    expect(labWords(en, fold(view, starting('send', 2)))).toBe('receive is running; send is starting')
  })

  test('that is made for the first time is not one that is back', () => {
    const view = told(joined('connecting'), opened(), joined('live'), starting(), started())
    expect(labWords(en, view)).toBe('receive is running')
  })

  test('that is ended by the bench says why, and ends what ran', () => {
    const view = told(starting(), started(), { kind: 'closed', ending: 'idle' }, joined('ended'))
    expect(receive(view)).toMatchObject({ state: 'exited', gone: { ended: 'idle' } })
    expect(labWords(en, view)).toBe(en['ending.idle'])
  })

  test('that another tab took over does not say that the programs have ended', () => {
    const view = told(starting(), started(), { kind: 'closed', ending: 'taken-over' }, joined('ended'))
    expect(programWords(en, receive(view))).toBe('goes on in another tab')
  })
})

describe('what the server says of itself', () => {
  test('nothing at all: the lab is unreachable before anybody has pressed', () => {
    const view = told({ kind: 'health', health: null })
    expect(view.connection).toBe('unreachable')
    expect(labWords(en, view)).toContain('npm start')
  })

  test('does not speak against a connection that is there', () => {
    expect(told(joined('live'), { kind: 'health', health: null }).connection).toBe('live')
  })

  test('tells which languages there are, and makes an unreachable lab usable', () => {
    const view = told({ kind: 'health', health: null }, { kind: 'health', health })
    expect(view.connection).toBe('idle')
    expect(view.interpreters).toEqual({ ts: 'v26', py: null })
  })
})

describe('what programs run on', () => {
  test('is known from the server’s answer, and not while there is none', () => {
    expect(told().network).toBe(null)
    expect(told(serves('plain')).network).toBe('plain')
    expect(told(serves('own'), joined('live'), joined('lost')).network).toBe('own')
    expect(told(serves('own'), joined('connecting'), joined('unreachable')).network).toBe(null)
    expect(told(serves('own'), { kind: 'health', health: null }).network).toBe(null)
  })

  test('may be nothing, and then the lab says why', () => {
    const own: Obstacle = { rung: 'own', kind: 'no-python', detail: '' }
    const words = (kind: Obstacle['kind'], detail = '') => {
      const view = told(serves('none', own, { rung: 'plain', kind, detail }))
      return [labWords(en, view), programWords(en, receive(view), offerOf(view)), whyNotWords(en, view)]
    }
    expect(words('asked')).toEqual(['nothing can run here', 'cannot run here', en['none.asked']])
    expect(words('unreadable', '/root')[2]).toContain('the user nobody, who cannot read /root.')
    expect(words('failed', 'setgid: no')[2]).toContain('the system said: setgid: no.')
    expect(words('windows', 'no')[2]).toContain('the system said: no.')
    expect(whyNotWords(zh, told(serves('none')))).toMatch(/^这里无法运行程序。/)
  })

  test('may be too little for a lab of several hosts', () => {
    const among = (hosts: number, network: Rung) => fold(untouched(PROGRAMS, hosts), serves(network))
    expect(labWords(en, among(2, 'plain'))).toBe('nothing can run here')
    expect(whyNotWords(en, among(2, 'plain'))).toBe(en['none.hosts'])
    for (const view of [among(2, 'own'), among(1, 'plain')]) expect(whyNotWords(en, view)).toBe('')
  })
})

describe('a shell', () => {
  const shell = 'shell@here'
  const events: Step[] = [
    happen({ kind: 'starting', program: shell, run: 1, language: 'sh', columns: 80, rows: 24 }),
    happen({ kind: 'started', program: shell, run: 1, pid: 7, command: ['bash'] }),
  ]
  const withShell = (...steps: Step[]) => steps.reduce(fold, untouched([...PROGRAMS, shell]))

  test('runs like a program', () => {
    const view = withShell(...events)
    expect(view.programs[shell]?.state).toBe('running')
    const end = happen({ kind: 'exited', program: shell, run: 1, code: 3, signal: null, stopped: false })
    expect(fold(view, end).programs[shell]?.exit?.code).toBe(3)
  })

  test('is not part of what the lab says of its programs', () => {
    expect(labWords(en, withShell(...events))).toBe('ready to run')
    expect(labWords(en, withShell(...events, asked('send')))).toBe('send is starting')
  })
})

describe('a lab', () => {
  test('says in one line what each of its programs does', () => {
    const view = told(starting(), started(), ready(), asked('send'))
    expect(labWords(en, view)).toBe('receive is running on UDP port 12822; send is starting')
    expect(labWords(zh, view)).toBe('receive运行中，UDP端口12822；send正在启动')
    expect(labWords(en, told())).toBe('ready to run')
  })

  test('says how much output is missing until the program runs again', () => {
    const gap = happen({ kind: 'gap', program: 'receive', from: 0, to: 4096 })
    const view = told(starting(), started(), gap)
    expect(labWords(en, view)).toBe('receive is running; 4096 bytes of its earlier output are missing')
    expect(labWords(en, fold(view, starting('receive', 2)))).toBe('receive is starting')
  })

  test('takes back what waits for its turn when the one before is never ready', () => {
    const trouble = { kind: 'never-ready', program: 'receive', seconds: 20 } as const
    const view = told(asked(...PROGRAMS), starting(), started(), { kind: 'trouble', trouble })
    expect(view.programs.send?.asked).toBe(false)
    expect(receive(view).state).toBe('running')
    expect(view.trouble).toEqual(trouble)
  })

  test('keeps silent about stopping what has just ended', () => {
    expect(told({ kind: 'trouble', trouble: { kind: 'not-running', program: 'send' } }).trouble).toBe(null)
  })

  test('shows a notice without ending anything', () => {
    const trouble = { kind: 'input-full', program: 'receive', bytes: 9 } as const
    const view = told(starting(), started(), happen({ kind: 'notice', program: 'receive', run: 1, trouble }))
    expect(view.trouble).toEqual(trouble)
    expect(receive(view).state).toBe('running')
  })

  test('is the same object after output, so that a flood draws nothing but its terminal', () => {
    const view = told(starting(), started())
    const bytes = new Uint8Array(1)
    const event = { kind: 'output', n: 99, t: 0, program: 'receive', run: 1, offset: 0, bytes } as const
    expect(fold(view, { kind: 'event', event, replayed: false })).toBe(view)
  })
})

test('the last line of a run says how it ended and by whom', () => {
  expect(endWords(en, { exit: { code: 0, signal: null, stopped: false } })).toBe('exited with code 0')
  expect(endWords(en, { exit: { code: null, signal: 'SIGHUP', stopped: true } })).toBe(
    'ended by signal SIGHUP, stopped by you',
  )
  expect(endWords(zh, { exit: { code: 0, signal: null, stopped: true } })).toBe('已退出，代码 0，由你停止')
  expect(endWords(en, { gone: { ended: null } })).toBe('ended with its bench')
  expect(endWords(en, { gone: { ended: 'idle' } })).toContain(en['ending.idle'])
  const trouble = { kind: 'no-interpreter', language: 'py' } as const
  expect(endWords(en, { trouble })).toMatch(/^could not be started: Python programs cannot run here/)
})
