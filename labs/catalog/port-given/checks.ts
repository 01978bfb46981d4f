import type { RunEvidence } from '../../checks/evidence.ts'
import {
  after,
  crossed,
  type Facts,
  prints,
  states,
  without,
} from '../../checks/facts.ts'
import {
  defineChecks,
  judge,
  need,
  unless,
} from '../../checks/judge.ts'

/** What kernels hand out: Linux from 32768 to 60999, macOS and Windows from 49152 on. */
const EPHEMERAL = 32768

export default defineChecks({
  tasks: {
    given: {
      check(run) {
        const named = namedPorts(run)
        const ports = listeningPorts(run).filter(
          (port) => port >= EPHEMERAL,
        )
        const given = ports.filter(
          (port) => !named.has(port),
        )
        const chosen = listens(run, given)
        const printed = prints(
          run,
          'server',
          given.length > 0
            ? new RegExp(`\\b(${given.join('|')})\\b`)
            : null,
        )
        const arrived = crossed(run, {
          from: 'server',
          to: 'client',
          carries: run.token,
        })
        const received = prints(run, 'client', run.token)
        return judge(run, [
          need('chosen', chosen),
          need('printed', after(chosen, printed)),
          need('arrived', arrived),
          need('received', after(arrived, received)),
          unless(
            'named',
            listens(
              run,
              ports.filter((port) => named.has(port)),
            ),
          ),
          unless(
            'received-alone',
            without(arrived, received),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'chosen' },
      wrong: {
        'fixed-port': { verdict: 'no', says: 'named' },
        'prints-zero': {
          verdict: 'not-yet',
          says: 'printed',
        },
        'prints-another': {
          verdict: 'not-yet',
          says: 'printed',
        },
        'prints-alone': {
          verdict: 'no',
          says: 'received-alone',
        },
      },
    },
  },
})

/** The numbers that server itself wrote where it asked for a port. */
function namedPorts({ story }: RunEvidence): Set<number> {
  const asks = story.calls.filter(
    ({ program, deed }) =>
      program === 'server' &&
      (deed === 'bind' || deed === 'listen'),
  )
  const numbers = asks.flatMap(
    ({ args }) => args.match(/\d+/g) ?? [],
  )
  return new Set(numbers.map(Number))
}

function portsAt(run: RunEvidence, step: number): number[] {
  const rows = run.story.socketsAt(step)
  return rows.flatMap(({ program, state, local }) =>
    program === 'server' && state === 'LISTEN' && local
      ? [local.port]
      : [],
  )
}

function listeningPorts(run: RunEvidence): number[] {
  const began = states(run, {
    program: 'server',
    state: 'LISTEN',
  })
  return began.found.flatMap(({ step }) =>
    portsAt(run, step),
  )
}

/** The moments at which server came to listen on one of these ports. */
function listens(
  run: RunEvidence,
  ports: readonly number[],
): Facts {
  const all = states(run, {
    program: 'server',
    state: 'LISTEN',
  })
  const found = all.found.filter(({ step }) =>
    portsAt(run, step).some((port) => ports.includes(port)),
  )
  return { ...all, found }
}
