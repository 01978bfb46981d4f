import type { RunEvidence } from '../../checks/evidence.ts'
import {
  calls,
  type Facts,
  packets,
  states,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'
import type { Deed } from '../../events.ts'

/** Connections that the server was given. */
function accepts(run: RunEvidence): Facts {
  return calls(run, {
    program: 'server',
    deed: 'accept',
    returned: true,
    error: null,
  })
}

/** The call after which the table first said LISTEN, where it was this one; when all four calls have been seen. */
function listensAfter(run: RunEvidence, deed: Deed): Facts {
  const listens = states(run, {
    program: 'server',
    state: 'LISTEN',
  })
  const [first] = listens.found
  const last = run.story.calls
    .filter(
      ({ program, began, deed }) =>
        program === 'server' &&
        deed !== 'other' &&
        first !== undefined &&
        began <= first.t,
    )
    .sort((one, next) => one.began - next.began)
    .at(-1)
  const isIt =
    last?.deed === deed && accepts(run).found.length > 0
  return { ...listens, found: isIt ? listens.found : [] }
}

/** Packets from the server's end before it was given a connection: the kernel's doing. */
function beforeAccept(run: RunEvidence): Facts {
  const [accepted] = accepts(run).found
  const answers = packets(run, {
    protocol: 'tcp',
    from: 'server',
    flags: ['SYN'],
  })
  return {
    ...answers,
    found: answers.found.filter(
      ({ t }) => accepted !== undefined && t < accepted.t,
    ),
  }
}

export default defineChecks({
  predictions: {
    listens: {
      shows: (run) =>
        firstOf({
          socket: listensAfter(run, 'socket'),
          bind: listensAfter(run, 'bind'),
          listen: listensAfter(run, 'listen'),
          accept: listensAfter(run, 'accept'),
        }),
      saw: {
        packet: (run) => {
          const [syn] = packets(run, {
            protocol: 'tcp',
            from: 'client',
          }).found
          const early = packets(run, {
            protocol: 'tcp',
            from: 'server',
          })
          return {
            ...early,
            found: early.found.filter(
              ({ t }) => syn === undefined || t < syn.t,
            ),
          }
        },
        answered: beforeAccept,
        'two-sockets': accepts,
      },
    },
  },
})
