import {
  after,
  crossed,
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

/** So long a state must last to be one that was stopped at, in ms: no handshake on this wire takes so long by itself. */
const LASTS = 300

export default defineChecks({
  tasks: {
    freeze: {
      check(run) {
        const sent = states(run, {
          program: 'client',
          state: 'SYN-SENT',
          atLeast: LASTS,
        })
        const received = states(run, {
          program: 'server',
          state: 'SYN-RECEIVED',
          atLeast: LASTS,
        })
        const established = after(
          received,
          states(run, {
            program: 'client',
            state: 'ESTABLISHED',
          }),
        )
        const arrived = after(
          established,
          crossed(run, {
            from: 'client',
            to: 'server',
            carries: run.token,
          }),
        )
        const printed = prints(run, 'server', run.token)
        return judge(run, [
          need('syn-sent', sent),
          need('syn-received', after(sent, received)),
          need('established', established),
          need('printed', after(arrived, printed)),
          unless(
            'printed-alone',
            without(
              crossed(run, {
                from: 'client',
                to: 'server',
                carries: run.token,
              }),
              printed,
            ),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'established' },
      wrong: {
        'mended-before': {
          verdict: 'not-yet',
          says: 'syn-sent',
        },
        'syn-held': {
          verdict: 'not-yet',
          says: 'syn-received',
        },
        'prints-alone': {
          verdict: 'no',
          says: 'printed-alone',
        },
      },
    },
  },
})
