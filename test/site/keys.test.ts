import { describe, expect, test } from 'vitest'
import { type Key, meaningOf } from '../../site/bench/panels/keys.ts'
import { DARK, LIGHT, luminance } from '../../site/bench/panels/palette.ts'

/** `Ctrl+Shift+c` as the browser tells it. */
function press(keys: string, more: Partial<Key> = {}): Key {
  const parts = keys.split('+')
  return {
    type: 'keydown',
    key: parts.at(-1) ?? '',
    ctrlKey: parts.includes('Ctrl'),
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
    metaKey: parts.includes('Meta'),
    isComposing: false,
    keyCode: 67,
    ...more,
  }
}
const on = (mac: boolean, selected: boolean) => (keys: string) => meaningOf(press(keys), { mac, selected })

describe('on Linux and Windows', () => {
  const plain = on(false, false)
  const selected = on(false, true)

  test('Ctrl+C interrupts the program, and copies where text is selected', () => {
    expect(plain('Ctrl+c')).toBe('program')
    expect(selected('Ctrl+c')).toBe('copy')
  })

  test('Ctrl+Shift+C copies, and never opens the tools of the browser', () => {
    expect(selected('Ctrl+Shift+C')).toBe('copy')
    expect(plain('Ctrl+Shift+C')).toBe('copy')
  })

  test.each(['Ctrl+v', 'Ctrl+Shift+V', 'Shift+Insert'])('%s is left to the browser, which pastes', (keys) => {
    expect(plain(keys)).toBe('browser')
  })

  test.each([
    'Tab',
    'Shift+Tab',
    'Escape',
    'Ctrl+d',
    'Ctrl+z',
    'Ctrl+\\',
    'ArrowDown',
    'Ctrl+ArrowDown',
    'Alt+v',
    'Insert',
  ])('%s goes to the program', (keys) => {
    expect(selected(keys)).toBe('program')
  })
})

describe('on a Mac', () => {
  test.each(['Ctrl+c', 'Ctrl+v', 'Meta+c', 'Meta+v'])('%s is not touched', (keys) => {
    expect(on(true, true)(keys)).toBe('program')
  })

  test('the focus leaves with the command key too', () => {
    expect(on(true, false)('Meta+Shift+ArrowDown')).toBe('next')
    expect(on(false, false)('Meta+Shift+ArrowDown')).toBe('program')
  })
})

test.each([true, false])('Ctrl+Shift+↓ and Ctrl+Shift+↑ leave the terminal (Mac: %s)', (mac) => {
  expect(on(mac, false)('Ctrl+Shift+ArrowDown')).toBe('next')
  expect(on(mac, false)('Ctrl+Shift+ArrowUp')).toBe('previous')
})

test.each([{ isComposing: true }, { keyCode: 229 }])('no key is taken from an input method: %o', (composing) => {
  for (const keys of ['Ctrl+v', 'Ctrl+c', 'Ctrl+Shift+ArrowDown']) {
    expect(meaningOf(press(keys, composing), { mac: false, selected: true })).toBe('program')
  }
})

describe('the sixteen colours', () => {
  const parts = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  const contrast = (a: string, b: string) => {
    const [light = 0, dark = 0] = [a, b].map((hex) => luminance(parts(hex))).sort((x, y) => y - x)
    return (light + 0.05) / (dark + 0.05)
  }

  test.each([
    ['light', LIGHT, '#f5f2e9', ['white', 'brightWhite']],
    ['dark', DARK, '#1e2024', ['black']],
  ] as const)('can be read on %s ground', (_, palette, ground, own) => {
    const colours = Object.entries(palette).filter(([name]) => !(own as readonly string[]).includes(name))
    expect(colours.length).toBeGreaterThanOrEqual(14)
    for (const [name, colour] of colours) expect(contrast(colour, ground), name).toBeGreaterThanOrEqual(4.5)
  })
})
