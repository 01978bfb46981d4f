import { NAMES, type Name } from './contestants.ts'
import type { Figure, Figures, Goal } from './figures.ts'
import { median } from './statistics.ts'

/** Prints all figures: for each contestant the least, the median and the most over the rounds, and how it compares. */
export function printFigures(figures: Figures): void {
  for (const figure of figures.all) {
    const goal = figure.goal ? `; goal: ${inWords(figure.goal, figure.unit)}` : ''
    console.log(`\n${figure.title}, ${figure.unit}${goal}`)
    for (const name of NAMES) {
      const line = lineOf(figures, figure, name)
      if (line) console.log(line)
    }
  }
}

function lineOf(figures: Figures, figure: Figure, name: Name): string | null {
  const values = [...figures.of(figure, name).values()]
  if (values.length === 0) return null
  const bare = name === 'bare' ? [] : figures.ratios(figure, name, 'bare')
  const naive = figure.goal?.times === 'naive' && name !== 'naive' ? figures.ratios(figure, name, 'naive') : []
  const compared = [comparison(bare, 'bare'), comparison(naive, 'naive')].filter(Boolean).join('; ')
  const reached = figures.reaches(figure, name)
  const judged = reached === null ? '' : reached ? 'reached' : 'NOT REACHED'
  return `  ${name.padEnd(7)}${spread(values).padEnd(27)}${compared.padEnd(58)}${judged}`.trimEnd()
}

function spread(values: readonly number[]): string {
  return [Math.min(...values), median(values), Math.max(...values)]
    .map((value) => digits(value).padStart(6))
    .join(' / ')
}

function comparison(ratios: readonly number[], other: string): string {
  if (ratios.length === 0) return ''
  return `${digits(median(ratios))} × ${other} (${digits(Math.min(...ratios))}-${digits(Math.max(...ratios))})`
}

function inWords({ at, value, times }: Goal, unit: string): string {
  return `at ${at} ${digits(value)}${times ? ` × ${times}` : ` ${unit}`}`
}

function digits(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return value.toFixed(0)
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}
