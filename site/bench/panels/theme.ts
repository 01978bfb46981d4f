import type { ITheme } from '@xterm/xterm'
import { DARK, LIGHT, luminance } from './palette.ts'

/** A terminal's colours, from the page's own variables as they are inside an element. */
export function themeOf(element: HTMLElement): ITheme {
  const probe = element.appendChild(document.createElement('span'))
  const colour = (variable: string) => {
    // A variable holds `light-dark(…)` as it was written; only a real property says which of the two it is.
    probe.style.color = `var(${variable})`
    return getComputedStyle(probe).color
  }
  const background = colour('--sunk')
  const foreground = colour('--ink')
  const lamp = colour('--lamp')
  probe.remove()
  const parts = background.match(/[\d.]+/g)?.map(Number) ?? []
  return {
    ...(luminance(parts) < 0.2 ? DARK : LIGHT),
    background,
    foreground,
    cursor: foreground,
    cursorAccent: background,
    selectionBackground: lamp,
  }
}

/** Calls back when the page has changed between light and dark. @returns its undo. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class', 'style'] })
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  scheme.addEventListener('change', changed)
  return () => {
    observer.disconnect()
    scheme.removeEventListener('change', changed)
  }
}
