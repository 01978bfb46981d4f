/** Which keys of a terminal belong to the page. Pure; everything not named here goes to the program. */

/** The part of a keyboard event that decides. */
export interface Key {
  readonly type: string
  readonly key: string
  readonly ctrlKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
  readonly isComposing: boolean
  readonly keyCode: number
}

/**
 * - `copy`: the page copies the selection.
 * - `browser`: left to the browser, whose paste event reaches the terminal.
 * - `next`, `previous`: the focus leaves the terminal.
 * - `program`: the terminal's own business.
 */
export type KeyMeaning = 'copy' | 'browser' | 'next' | 'previous' | 'program'

/** What a key means. A key that an input method is composing with is never the page's. */
export function meaningOf(key: Key, { mac, selected }: { mac: boolean; selected: boolean }): KeyMeaning {
  if (key.isComposing || key.keyCode === 229 || key.altKey) return 'program'
  const letter = key.key.toLowerCase()
  const control = key.ctrlKey && !key.metaKey
  const command = key.metaKey && !key.ctrlKey
  if (key.shiftKey && (control || (mac && command))) {
    if (key.key === 'ArrowDown') return 'next'
    if (key.key === 'ArrowUp') return 'previous'
  }
  // On a Mac the command key is never sent to programs, and the browser copies and pastes by itself.
  if (mac) return 'program'
  if (control && letter === 'c') return key.shiftKey || selected ? 'copy' : 'program'
  if (control && letter === 'v') return 'browser'
  if (key.shiftKey && !key.ctrlKey && !key.metaKey && key.key === 'Insert') return 'browser'
  return 'program'
}
