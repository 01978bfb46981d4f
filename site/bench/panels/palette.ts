/**
 * The sixteen colours that programs may ask for, on light and on dark ground. Each can be read on its ground (4.5:1),
 * but for the one that is the ground's own tone, which xterm lifts by itself when it is used for text.
 */
export interface Palette {
  readonly black: string
  readonly red: string
  readonly green: string
  readonly yellow: string
  readonly blue: string
  readonly magenta: string
  readonly cyan: string
  readonly white: string
  readonly brightBlack: string
  readonly brightRed: string
  readonly brightGreen: string
  readonly brightYellow: string
  readonly brightBlue: string
  readonly brightMagenta: string
  readonly brightCyan: string
  readonly brightWhite: string
}

export const LIGHT: Palette = {
  black: '#1d1c1a',
  red: '#a01c3b',
  green: '#22653a',
  yellow: '#735800',
  blue: '#234f99',
  magenta: '#7d3382',
  cyan: '#0d6268',
  white: '#f5f2e9',
  brightBlack: '#524f48',
  brightRed: '#b3261e',
  brightGreen: '#2b6b2b',
  brightYellow: '#7a5200',
  brightBlue: '#2b5bb5',
  brightMagenta: '#8f3a94',
  brightCyan: '#0b6a72',
  brightWhite: '#ffffff',
}

export const DARK: Palette = {
  black: '#17181b',
  red: '#f38fa0',
  green: '#86ca98',
  yellow: '#d9b73f',
  blue: '#93b6f6',
  magenta: '#d9a0de',
  cyan: '#7cc7cd',
  white: '#d3cfc4',
  brightBlack: '#b9b4a8',
  brightRed: '#ffa8b5',
  brightGreen: '#a0dcb0',
  brightYellow: '#ecd06a',
  brightBlue: '#b0caff',
  brightMagenta: '#e9bdec',
  brightCyan: '#9adbe0',
  brightWhite: '#ffffff',
}

/** The relative luminance of a colour from its three parts, each 0 to 255 (WCAG 2). */
export function luminance(parts: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = parts.map((part) => {
    const share = part / 255
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
