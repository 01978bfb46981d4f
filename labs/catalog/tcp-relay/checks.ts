import {
  crossed,
  exits,
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
    second: {
      shows: (run) =>
        firstOf({
          torn: prints(run, 'receive', /^ {2}ocke$/),
          error: exits(run, 'receive', { not: 0 }),
          same: times(
            2,
            prints(run, 'receive', /^ {2}socket$/),
          ),
        }),
      saw: {
        whole: (run) =>
          prints(run, 'receive', /^ {2}你好$/),
        'all-bytes': (run) =>
          times(
            2,
            crossed(run, {
              from: 'relay',
              to: 'receive',
              carries: '你好网络socket',
            }),
          ),
        reset: (run) => packets(run, { flags: ['RST'] }),
      },
    },
  },
})
