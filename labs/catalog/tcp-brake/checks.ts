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
          const { packets: all, steps } = run.story
          const full = all.filter(
            ({ receiver, remarks }) =>
              receiver === 'client' &&
              remarks.includes('zero-window'),
          )
          const found = full.map(({ number, t }) => {
            const step = steps.find(
              (one) =>
                one.kind === 'packet' &&
                one.packet === number,
            )
            return { t, step: step?.at ?? 0 }
          })
          return { found, unseen: packets(run, {}).unseen }
        },
        all: (run) =>
          prints(run, 'server', /^Together 90000 bytes\.$/),
        reset: (run) => packets(run, { flags: ['RST'] }),
      },
    },
  },
})
