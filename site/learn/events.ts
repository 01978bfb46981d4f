/** Buttons that lead to the events by which something was decided. */
import { make } from '../bench/dom.ts'
import { type Words, word } from '../bench/words.ts'

/** More buttons than these would say no more. */
const MOST = 6

/** A list of buttons, one for each step; each leads to its step. */
export function eventButtons(words: Words, steps: readonly number[], onPick: (step: number) => void): HTMLElement {
  const list = make('span', { class: 'events' })
  for (const step of steps.slice(0, MOST)) {
    const label = word(words, { key: 'learn.event-label', values: { event: step } })
    const text = word(words, { key: 'learn.event', values: { event: step } })
    const button = make('button', { type: 'button', class: 'event', 'data-event': step, 'aria-label': label }, text)
    button.addEventListener('click', () => onPick(step))
    list.append(button)
  }
  return list
}
