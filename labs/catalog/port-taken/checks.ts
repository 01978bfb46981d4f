import {
  both,
  exits,
  none,
  packets,
  prints,
  states,
  times,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

export default defineChecks({
  predictions: {
    got: {
      shows(run) {
        const ended = exits(run, 'others')
        const ok = prints(run, 'others', /: ok\s*$/)
        const udp = prints(
          run,
          'others',
          'UDP 127.0.0.1: ok',
        )
        const two = prints(
          run,
          'others',
          'TCP 127.0.0.2: ok',
        )
        return firstOf({
          three: both(ended, times(3, ok)),
          two: both(ended, both(udp, two)),
          udp: both(ended, udp),
          none: both(ended, none(run, ok)),
        })
      },
      saw: {
        row: (run) =>
          states(run, {
            program: 'holder',
            state: 'LISTEN',
          }),
        packet: (run) => packets(run, {}),
        noticed: (run) =>
          prints(run, 'holder', 'Connected from port'),
      },
    },
  },
})
