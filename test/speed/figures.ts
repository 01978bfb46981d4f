import type { Name } from './contestants.ts'
import { median } from './statistics.ts'

/** What is hoped for: at least or at most so much, or so many times what somebody else has in the same round. */
export interface Goal {
  readonly at: 'most' | 'least'
  readonly value: number
  readonly times?: 'bare' | 'naive'
  /** Whom it is for; the course's server, when nothing else is said. */
  readonly for?: readonly Name[]
}

/** One thing that is measured. */
export interface Figure {
  /** In words, beginning with the measure. */
  readonly title: string
  readonly unit: string
  readonly goal?: Goal
}

/** The values of one figure and one contestant, by round. */
export type Values = ReadonlyMap<number, number>

/** All that was measured. */
export class Figures {
  readonly #values = new Map<Figure, Map<Name, Map<number, number>>>()

  /** In the order in which they were measured first. */
  get all(): Figure[] {
    return [...this.#values.keys()]
  }

  note(figure: Figure, name: Name, round: number, value: number): void {
    const byName = this.#values.get(figure) ?? new Map<Name, Map<number, number>>()
    const values = byName.get(name) ?? new Map<number, number>()
    this.#values.set(figure, byName.set(name, values.set(round, value)))
  }

  of(figure: Figure, name: Name): Values {
    return this.#values.get(figure)?.get(name) ?? new Map()
  }

  /** How many times what the other has, for each round in which both were measured. */
  ratios(figure: Figure, name: Name, other: Name): number[] {
    const others = this.of(figure, other)
    return [...this.of(figure, name)].flatMap(([round, value]) => {
      const base = others.get(round)
      return base === undefined || base === 0 ? [] : [value / base]
    })
  }

  /** Whether the median reaches the goal; null when there is no goal for this contestant, or nothing to judge by. */
  reaches(figure: Figure, name: Name): boolean | null {
    const { goal } = figure
    if (goal === undefined || !(goal.for ?? ['plain', 'own']).includes(name)) return null
    const judged = goal.times ? this.ratios(figure, name, goal.times) : [...this.of(figure, name).values()]
    const value = median(judged)
    if (Number.isNaN(value)) return null
    return goal.at === 'most' ? value <= goal.value : value >= goal.value
  }
}
