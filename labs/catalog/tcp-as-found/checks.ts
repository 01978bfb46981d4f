import {
  calls,
  exits,
  packets,
  rests,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    client: {
      shows: (run) =>
        firstOf({
          error: exits(run, 'client', { not: 0 }),
          quiet: exits(run, 'client', { code: 0 }),
          waits: rests(run),
        }),
      saw: {
        syn: (run) =>
          packets(run, {
            protocol: 'tcp',
            flags: ['SYN'],
            without: ['ACK'],
          }),
        reset: (run) => packets(run, { flags: ['RST'] }),
        accepted: (run) =>
          calls(run, {
            program: 'server',
            deed: 'accept',
            error: null,
            returned: true,
          }),
      },
    },
  },
})
