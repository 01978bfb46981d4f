/** What wires do to packets, and what was changed about that, in sentences. Pure. */
import type { Step, Story } from '../../../labs/checks/story.ts'
import { changesOf, type FaultChange, type WireNow } from '../../../labs/checks/wires.ts'
import { NO_FAULTS } from '../../../labs/faults.ts'
import type { Cast } from './cast.ts'
import type { Clause, Value } from './sentence.ts'

/** A reader has changed a wire, or the seed of its chances. */
export function faultClauses(step: Step & { kind: 'faults' | 'seed' }, cast: Cast): Clause[] {
  if (step.kind === 'seed') {
    const key = step.seed === step.before ? 'story.seed-again' : 'story.seed'
    return [{ key, values: { seed: String(step.seed), before: String(step.before) } }]
  }
  const [one = '', other = ''] = cast.wires[step.wire] ?? []
  const [what] = listed(step.changes.map(changeClause))
  return [
    what ? { key: 'story.faults', values: { one, other, what } } : { key: 'story.faults-same', values: { one, other } },
  ]
}

/** The same in a few words, for a mark: `loss 0 % → 30 %`. */
export function faultWords(step: Step & { kind: 'faults' | 'seed' }): Clause {
  if (step.kind === 'seed') {
    const key = step.seed === step.before ? 'fault.seed-again' : 'fault.seed'
    return { key, values: { before: String(step.before), after: String(step.seed) } }
  }
  const [what] = listed(step.changes.map(changeClause))
  return what ?? { key: 'fault.same', values: {} }
}

/** What wires do from the beginning of a run, and from which seed; nothing where they do nothing. */
export function roadClauses({ wires: { wires, seed } }: Story): Clause[] {
  const told = wires.flatMap((wire): Clause[] => {
    const [what] = listed(
      changesOf(faultless(wire), wire)
        .filter(({ fault }) => fault !== 'queue')
        .map(stateClause),
    )
    const [one, other] = wire.ends
    return what ? [{ key: 'story.road', values: { one, other, what } }] : []
  })
  return told.length === 0 ? [] : [...told, { key: 'story.road-seed', values: { seed: String(seed) } }]
}

function faultless({ ends }: WireNow): WireNow {
  return { ends, faults: [NO_FAULTS, NO_FAULTS] }
}

function changeClause(change: FaultChange): Clause {
  const { fault, before, after } = change
  if (fault === 'cut') return ofHost(change, { key: after ? 'fault.cut' : 'fault.mended', values: {} })
  const name: Clause = { key: `fault.${fault}`, values: {} }
  const values = { name, before: amount(fault, before), after: amount(fault, after) }
  return ofHost(change, { key: 'fault.change', values })
}

function stateClause(change: FaultChange): Clause {
  const { fault, after } = change
  if (fault === 'cut') return ofHost(change, { key: 'fault.cut', values: {} })
  return ofHost(change, {
    key: 'fault.is',
    values: { name: { key: `fault.${fault}`, values: {} }, after: amount(fault, after) },
  })
}

function ofHost({ from }: FaultChange, what: Clause): Clause {
  return from === null ? what : { key: 'fault.of', values: { what, host: from } }
}

function amount(fault: FaultChange['fault'], value: FaultChange['after']): Value {
  switch (fault) {
    case 'loss':
    case 'duplicate':
    case 'reorder':
      return { key: 'amount.percent', values: { n: String(Math.round(Number(value) * 1000) / 10) } }
    case 'delay':
    case 'jitter':
      return { key: 'time.milliseconds', values: { n: String(value) } }
    case 'rate':
      return value === null ? { key: 'amount.unbounded', values: {} } : rate(Number(value))
    case 'only': {
      const kinds = Array.isArray(value) ? value : []
      const [all] = listed(kinds.map((kind): Clause => ({ key: `frames.${kind}`, values: {} })))
      return all ?? { key: 'frames.all', values: {} }
    }
    default:
      return String(value)
  }
}

function rate(bits: number): Clause {
  const [key, unit] = bits >= 1e6 ? (['amount.megabits', 1e6] as const) : (['amount.kilobits', 1000] as const)
  return { key, values: { n: String(bits / unit) } }
}

/** Several things as one, with commas between; nothing of none. */
function listed([first, ...rest]: readonly Clause[]): readonly Clause[] {
  if (first === undefined) return []
  const [more] = listed(rest)
  return [more ? { key: 'story.list', values: { one: first, more } } : first]
}
