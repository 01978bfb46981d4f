import type { RunEvidence } from '../../checks/evidence.ts'
import {
  crossed,
  type Facts,
  marks,
  packets,
  prints,
  without,
} from '../../checks/facts.ts'
import {
  defineChecks,
  firstOf,
  judge,
  need,
  unless,
} from '../../checks/judge.ts'

/** 数据 in GBK. */
const TEXT = Uint8Array.of(0xca, 0xfd, 0xbe, 0xdd)

const DATAGRAM = {
  protocol: 'udp',
  from: 'send',
  to: 'receive',
} as const

/** The frame that carried the text, where it had so many bytes. */
function frameOf(run: RunEvidence, bytes: number): Facts {
  const all = packets(run, { ...DATAGRAM, carries: TEXT })
  const frames = run.story.packets.filter(
    ({ length }) => length === bytes,
  )
  const found = all.found.filter(({ t }) =>
    frames.some((frame) => frame.t === t),
  )
  return { ...all, found }
}

export default defineChecks({
  predictions: {
    bytes: {
      shows: (run) =>
        firstOf({
          two: frameOf(run, 2),
          four: frameOf(run, 4),
          twelve: frameOf(run, 12),
          'thirty-two': frameOf(run, 32),
          'forty-six': frameOf(run, 46),
        }),
      saw: {
        unchanged: (run) =>
          packets(run, { ...DATAGRAM, carries: TEXT }),
        back: (run) => packets(run, { from: 'receive' }),
        told: (run) => prints(run, 'send', /\b46\b/),
      },
    },
  },
  tasks: {
    'next-hop': {
      by: 'marking',
      check(run) {
        const marked = marks(
          run,
          'ipv4.destination',
          DATAGRAM,
        )
        return judge(run, [
          need('marked', marked),
          unless(
            'card',
            marks(run, 'ethernet.destination', DATAGRAM),
          ),
          unless(
            'port',
            marks(run, 'udp.destinationPort', DATAGRAM),
          ),
          unless(
            'other',
            without(marked, marks(run, null, {})),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'marked' },
      wrong: {
        'card-marked': { verdict: 'no', says: 'card' },
        'port-marked': { verdict: 'no', says: 'port' },
        'length-marked': { verdict: 'no', says: 'other' },
      },
    },
    spell: {
      check(run) {
        const text = run.token && `数据${run.token}`
        const carrier = { ...DATAGRAM, carries: text }
        const arrived = crossed(run, {
          from: 'send',
          to: 'receive',
          carries: text,
        })
        const marked = marks(run, 'payload', carrier)
        return judge(run, [
          need('arrived', arrived),
          need('marked', marked),
          unless(
            'other',
            without(marked, marks(run, null, carrier)),
          ),
        ])
      },
      shipped: { verdict: 'not-yet', says: 'arrived' },
      wrong: {
        'still-gbk': {
          verdict: 'not-yet',
          says: 'arrived',
        },
        'header-marked': { verdict: 'no', says: 'other' },
      },
    },
  },
})
