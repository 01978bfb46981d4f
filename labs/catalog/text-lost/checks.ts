import { packets, prints } from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    smile: {
      shows: (run) =>
        firstOf({
          question: prints(run, 'receive', '数?'),
          smile: prints(run, 'receive', '😀'),
          refused: prints(run, 'send', /😀.*not sent/),
        }),
      saw: {
        'not-sent': (run) =>
          prints(run, 'send', 'not sent'),
        mark: (run) =>
          packets(run, {
            protocol: 'udp',
            carries: Uint8Array.of(0xca, 0xfd, 0x3f),
          }),
        euro: (run) => prints(run, 'receive', '5€'),
      },
    },
  },
})
