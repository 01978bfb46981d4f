/** Verdicts: what a task says of a run, and what a run says to a prediction. Pure; the words are content's. */
import type { RunEvidence } from './evidence.ts'
import { decided, type Facts, type Unseen } from './facts.ts'

export const VERDICTS = ['not-yet', 'passed', 'no', 'cannot-tell'] as const
export type VerdictName = (typeof VERDICTS)[number]

/** A sentence that is still to be worded: `<lab>.<task>.<key>` of `content/ui/<lang>/tasks.json`. */
export interface Said {
  readonly key: string
  readonly values?: Readonly<Record<string, string | number>>
}

/** One thing a task asks for, and the steps that show it. */
export interface Point extends Said {
  readonly there: boolean
  readonly steps: readonly number[]
}

/** Why nobody can tell: something was not seen, was let go, or is not the reader's own run. */
export type Reason = Unseen | 'recorded'

export interface Verdict {
  readonly verdict: VerdictName
  /** All that is asked for, in order. What is not there is what is still missing. */
  readonly points: readonly Point[]
  /** What contradicts, for *no*. */
  readonly against: (Said & { readonly steps: readonly number[] }) | null
  /** For *cannot tell*. */
  readonly reason: Reason | null
}

/** One line of a check: what must be there, or must not. */
export interface Claim extends Said {
  readonly kind: 'need' | 'unless'
  readonly facts: Facts
}

/** This must have happened. */
export function need(key: string, facts: Facts, values?: Said['values']): Claim {
  return { kind: 'need', key, facts, ...(values && { values }) }
}

/** This must not have happened: it contradicts, whatever else there is. Decided only when nothing more can come. */
export function unless(key: string, facts: Facts, values?: Said['values']): Claim {
  return { kind: 'unless', key, facts, ...(values && { values }) }
}

/**
 * The verdict on a run. *Passed* when everything needed is there and nothing contradicts; *no* when something does and
 * nothing more can come; *cannot tell* when what is missing could not be seen; else *not yet*.
 */
export function judge(run: RunEvidence, claims: readonly Claim[]): Verdict {
  const needs = claims.filter(({ kind }) => kind === 'need')
  const guards = claims.filter(({ kind }) => kind === 'unless')
  const points = needs.map(({ key, values, facts }) => ({
    key,
    ...(values && { values }),
    there: facts.found.length > 0,
    steps: stepsOf(facts),
  }))
  const verdict = (name: VerdictName, more: Partial<Verdict> = {}): Verdict => {
    return { verdict: name, points, against: null, reason: null, ...more }
  }
  if (run.story.acts.length === 0) return verdict('not-yet')
  const isDecided = decided(run)
  const against = guards.find(({ facts }) => facts.found.length > 0)
  if (against && isDecided) {
    const { key, values, facts } = against
    return verdict('no', { against: { key, ...(values && { values }), steps: stepsOf(facts) } })
  }
  const lacking = needs.filter(({ facts }) => facts.found.length === 0)
  const unseen = (lacking.length > 0 ? lacking : guards).find(({ facts }) => facts.unseen !== null)
  if (unseen?.facts.unseen && isDecided) return verdict('cannot-tell', { reason: unseen.facts.unseen })
  if (lacking.length > 0 || against || (guards.length > 0 && !isDecided)) return verdict('not-yet')
  return verdict('passed')
}

/** The verdict and the sentence that a run of a test must give. */
export interface Expected {
  readonly verdict: VerdictName
  /** For *not yet* the first thing that is missing, for *no* what contradicts, for *cannot tell* why. */
  readonly says: string
}

/** A task of a lab. */
export interface TaskCheck {
  readonly check: (run: RunEvidence) => Verdict
  /** What it says of the lab as it is shipped. */
  readonly shipped: Expected
  /** Wrong answers, by the folder in `wrong/` that holds their programs, and what it says of each. */
  readonly wrong: Readonly<Record<string, Expected>>
  /** What the reader does: changes something and runs it, or marks bytes, which can be done in a recording as well. */
  readonly by?: 'running' | 'marking'
}

/** A question before the first run. */
export interface PredictionCheck {
  /** The option that the run shows; null while it shows none. */
  readonly shows: (run: RunEvidence) => Shown | null
  /** What may have been seen, each with the facts that show it; none means that it did not appear. */
  readonly saw: Readonly<Record<string, (run: RunEvidence) => Facts>>
}

/** Which option it was, and the steps that decide. */
export interface Shown {
  readonly option: string
  readonly steps: readonly number[]
}

/** The first option for which there are facts. */
export function firstOf(options: Readonly<Record<string, Facts>>): Shown | null {
  const [option, facts] = Object.entries(options).find(([, { found }]) => found.length > 0) ?? []
  return option && facts ? { option, steps: stepsOf(facts) } : null
}

/** All that is judged in one lab, by id. */
export interface Checks {
  readonly tasks?: Readonly<Record<string, TaskCheck>>
  readonly predictions?: Readonly<Record<string, PredictionCheck>>
}

/** Types what a lab's `checks.ts` exports as default. */
export function defineChecks(checks: Checks): Checks {
  return checks
}

/** What a task says of a run; a recording proves nothing of what its reader can do by running. */
export function verdictOn(task: TaskCheck, run: RunEvidence): Verdict {
  const verdict = task.check(run)
  if (run.source === 'live' || task.by === 'marking' || run.story.acts.length === 0) return verdict
  return { ...verdict, verdict: 'cannot-tell', against: null, reason: 'recorded' }
}

/** The key of the sentence that a verdict says first; null for *passed*. */
export function saysOf({ verdict, points, against, reason }: Verdict): string | null {
  if (verdict === 'no') return against?.key ?? null
  if (verdict === 'cannot-tell') return reason
  return points.find(({ there }) => !there)?.key ?? null
}

/** Steps, each once, in order; what is no step of its own is left out. */
function stepsOf({ found }: Facts): number[] {
  return [...new Set(found.map(({ step }) => step).filter((step) => step > 0))].sort((a, b) => a - b)
}
