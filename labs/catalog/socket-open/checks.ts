import type { RunEvidence } from '../../checks/evidence.ts'
import {
  calls,
  crossed,
  either,
  exits,
  type Facts,
  rests,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
} from '../../checks/judge.ts'

/** 数据 in GBK. */
const TEXT = Uint8Array.of(0xca, 0xfd, 0xbe, 0xdd)

/** Ends of `send` that nobody had to bring about, or those that somebody had. */
function ends(run: RunEvidence, byItself: boolean): Facts {
  const all = exits(run, 'send')
  const acts = run.story.acts.filter(
    ({ program, exit }) =>
      program === 'send' &&
      exit !== null &&
      (exit.code !== null) === byItself,
  )
  const found = all.found.filter(({ t }) =>
    acts.some(({ ended }) => ended === t),
  )
  return { ...all, found }
}

export default defineChecks({
  predictions: {
    ends: {
      shows: (run) =>
        firstOf({
          ends: exits(run, 'send', { code: 0 }),
          error: ends(run, true),
          stays: either(rests(run), ends(run, false)),
        }),
      saw: {
        arrived: (run) =>
          crossed(run, {
            from: 'send',
            to: 'receive',
            carries: TEXT,
          }),
        closed: (run) =>
          calls(run, { program: 'send', deed: 'close' }),
        receiver: (run) =>
          exits(run, 'receive', { code: 0 }),
      },
    },
  },
})
