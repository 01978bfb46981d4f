import {
  exits,
  type Facts,
  packets,
  rests,
  states,
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
          connected: states(run, {
            program: 'client',
            state: 'ESTABLISHED',
          }),
          refused: exits(run, 'client', { not: 0 }),
          waits: rests(run),
        }),
      saw: {
        syn: (run) =>
          packets(run, {
            from: 'client',
            toPort: 80,
            flags: ['SYN'],
          }),
        reset: (run) => packets(run, { flags: ['RST'] }),
        'low-port': (run): Facts => {
          const sent = packets(run, { from: 'client' })
          const isLow = run.story.packets.some(
            ({ sender, decoded }) =>
              sender === 'client' &&
              (decoded.tcp?.sourcePort ?? 1024) < 1024,
          )
          return { ...sent, found: isLow ? sent.found : [] }
        },
      },
    },
  },
})
