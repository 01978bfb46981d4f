import type { RunEvidence } from '../../checks/evidence.ts'
import {
  both,
  either,
  packets,
  prints,
  states,
} from '../../checks/facts.ts'
import {
  defineChecks,
  judge,
  need,
  unless,
} from '../../checks/judge.ts'

export default defineChecks({
  tasks: {
    two: {
      check: (run) =>
        judge(run, [
          need('four', answered(run, '127.0.0.1')),
          need('six', answered(run, '::1')),
          need('refused', refused(run, '127.0.0.77')),
          unless(
            'wildcard',
            either(
              listens(run, '0.0.0.0'),
              listens(run, '::'),
            ),
          ),
        ]),
      shipped: { verdict: 'not-yet', says: 'six' },
      wrong: {
        wildcard: { verdict: 'no', says: 'wildcard' },
        'only-six': { verdict: 'not-yet', says: 'four' },
        'prints-alone': { verdict: 'not-yet', says: 'six' },
      },
    },
  },
})

/** The token came from this address; where packets are not seen, the socket is there and the prober printed it. */
function answered(run: RunEvidence, address: string) {
  const seen = packets(run, {
    from: 'server',
    to: 'prober',
    fromAddress: address,
    carries: run.token,
  })
  if (seen.unseen !== 'blind-packets') return seen
  const printed = `${address}: ${run.token}`
  return both(
    listens(run, address),
    prints(run, 'prober', printed),
  )
}

function refused(run: RunEvidence, address: string) {
  const seen = packets(run, {
    fromAddress: address,
    flags: ['RST', 'ACK'],
  })
  if (seen.unseen !== 'blind-packets') return seen
  return prints(run, 'prober', `${address}: refused`)
}

function listens(run: RunEvidence, local: string) {
  return states(run, {
    program: 'server',
    state: 'LISTEN',
    local,
  })
}
