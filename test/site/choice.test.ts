import { expect, test } from 'vitest'
import { type Choice, choose, languageOf } from '../../site/bench/choice.ts'
import { FONT, readSettings } from '../../site/bench/settings.ts'
import { commandLine, quote } from '../../site/bench/shell.ts'

const both = (choice: Choice) => [languageOf(choice, 'waits'), languageOf(choice, 'begins')]

test('both ends are TypeScript until something is chosen', () => {
  expect(both({})).toEqual(['ts', 'ts'])
})

test('a choice for one end is the choice for the other until that is chosen itself', () => {
  expect(both(choose({}, 'waits', 'py'))).toEqual(['py', 'py'])
  expect(both(choose({}, 'begins', 'py'))).toEqual(['py', 'py'])
})

test('a mixed pair stays mixed', () => {
  const mixed = choose(choose({}, 'begins', 'ts'), 'waits', 'py')
  expect(both(mixed)).toEqual(['py', 'ts'])
  expect(both(choose(mixed, 'begins', 'py'))).toEqual(['py', 'py'])
  expect(both(choose(mixed, 'waits', 'ts'))).toEqual(['ts', 'ts'])
})

test('settings that were kept are read back', () => {
  const kept = {
    choice: { waits: 'py', begins: 'ts' },
    font: 17,
    screenReader: true,
    ask: false,
    speed: 'real',
    panels: ['wire', 'sockets'],
    met: ['wire'],
  }
  expect(readSettings(JSON.stringify(kept))).toEqual(kept)
})

test.each([
  '',
  'null',
  '7',
  '[]',
  '{"choice":7,"font":"big","screenReader":"yes","ask":"no","speed":3,"panels":"wire","met":7}',
  'not json',
])('settings that are not sound are as if never set: %s', (kept) => {
  expect(readSettings(kept)).toEqual({
    choice: {},
    font: FONT.first,
    screenReader: false,
    ask: true,
    speed: '1',
    panels: [],
    met: [],
  })
})

test('a language that is not taught is no choice, a font stays readable, a panel that is not there stays shut', () => {
  const kept = '{"choice":{"waits":"rb","begins":"py"},"font":400,"panels":["sockets","radar"],"met":["wire",7]}'
  expect(readSettings(kept)).toEqual({
    choice: { begins: 'py' },
    font: FONT.most,
    screenReader: false,
    ask: true,
    speed: '1',
    panels: ['sockets'],
    met: ['wire'],
  })
})

test('a copied command goes to the folder first, whatever the folder is called', () => {
  expect(commandLine('python3 a.py', null)).toBe('python3 a.py')
  expect(commandLine('python3 a.py', '/home/me/both ends')).toBe("cd '/home/me/both ends' && python3 a.py")
  expect(quote("it's $HOME `x`")).toBe("'it'\\''s $HOME `x`'")
})
