import {
  either,
  exits,
  packets,
  prints,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    full: {
      shows: (run) =>
        firstOf({
          part: either(
            prints(run, 'client', /^Stop/),
            prints(run, 'client', / said false\.$/),
          ),
          error: exits(run, 'client', { not: 0 }),
          all: prints(run, 'client', /^Now all/),
        }),
      saw: {
        window: (run) => {
          const found = run.story.packets.flatMap(
            ({ number, t, receiver, decoded }) => {
              if (
                receiver !== 'client' ||
                decoded.tcp?.window !== 0 ||
                decoded.tcp.flags.includes('RST')
              )
                return []
              const step = run.story.steps.find(
                (one) =>
                  one.kind === 'packet' &&
                  one.packet === number,
              )
              return [{ t, step: step?.at ?? 0 }]
            },
          )
          return { found, unseen: packets(run, {}).unseen }
        },
        all: (run) =>
          prints(
            run,
            'server',
            /^Together 100000 bytes\.$/,
          ),
        reset: (run) => packets(run, { flags: ['RST'] }),
      },
    },
  },
})
