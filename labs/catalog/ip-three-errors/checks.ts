import {
  errors,
  packets,
  prints,
  times,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    'no-road': {
      shows: (run) =>
        firstOf({
          icmp: packets(run, { protocol: 'icmp' }),
          syn: packets(run, { toAddress: '192.0.2.1' }),
          nothing: errors(run, 'reach', 'ENETUNREACH'),
        }),
      saw: {
        'not-mine': (run) =>
          errors(run, 'reach', 'EADDRNOTAVAIL'),
        'two-packets': (run) =>
          times(2, packets(run, { protocol: 'tcp' })),
        answered: (run) => prints(run, 'reach', /done/),
      },
    },
  },
})
