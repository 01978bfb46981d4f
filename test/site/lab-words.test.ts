import { describe, expect, test } from 'vitest'
import en from '../../content/ui/en/lab.json' with { type: 'json' }
import zh from '../../content/ui/zh/lab.json' with { type: 'json' }
import { ENDINGS } from '../../labs/protocol.ts'
import { TROUBLES, type Trouble } from '../../labs/troubles.ts'
import { word, wordTrouble } from '../../site/bench/words.ts'

/** One of each; the compiler names the one that is missing. */
const EACH: { [Kind in Trouble['kind']]: Extract<Trouble, { kind: Kind }> } = {
  'not-invited': { kind: 'not-invited' },
  'opened-too-late': { kind: 'opened-too-late', seconds: 10 },
  'too-many-connections': { kind: 'too-many-connections', limit: 128 },
  'too-many-messages': { kind: 'too-many-messages', limit: 20_000 },
  'message-too-large': { kind: 'message-too-large', limit: 65_536 },
  'too-many-of-yours': { kind: 'too-many-of-yours', limit: 32 },
  'too-long': { kind: 'too-long', program: 'addresses', seconds: 5 },
  'too-much-output': { kind: 'too-much-output', program: 'send', megabytes: 1024 },
  'unknown-lab': { kind: 'unknown-lab', lab: 'udp' },
  'broken-lab': { kind: 'broken-lab', lab: 'udp', detail: 'no programs' },
  'unknown-program': { kind: 'unknown-program', program: 'rec' },
  'unknown-message': { kind: 'unknown-message', detail: '`type` is 7' },
  'other-version': { kind: 'other-version', server: 2, page: 1 },
  'not-opened': { kind: 'not-opened' },
  'already-opened': { kind: 'already-opened' },
  'too-many-benches': { kind: 'too-many-benches', limit: 64 },
  'already-running': { kind: 'already-running', program: 'receive' },
  'not-running': { kind: 'not-running', program: 'receive' },
  'no-interpreter': { kind: 'no-interpreter', language: 'py' },
  'file-missing': { kind: 'file-missing', file: 'labs/catalog/udp/receive.ts' },
  'source-too-large': { kind: 'source-too-large', program: 'receive', bytes: 70_000, limit: 65_536 },
  'source-not-text': { kind: 'source-not-text', program: 'receive', line: 3 },
  'cannot-start': { kind: 'cannot-start', program: 'receive', detail: 'EAGAIN' },
  'never-ready': { kind: 'never-ready', program: 'receive', seconds: 20 },
  'ended-before-ready': { kind: 'ended-before-ready', program: 'receive' },
  'input-full': { kind: 'input-full', program: 'receive', bytes: 262144 },
  'nothing-runs': { kind: 'nothing-runs' },
  'no-network': { kind: 'no-network', detail: 'unshare failed' },
  'cannot-hold': { kind: 'cannot-hold', program: 'send' },
  'port-held': { kind: 'port-held', program: 'server', port: 12824, lab: '12e', holder: 'client' },
  'port-freed': { kind: 'port-freed', program: 'server', port: 12824, lab: '12e', holder: 'client' },
  'port-taken': { kind: 'port-taken', program: 'server', port: 12824, holder: 'nc (4711)' },
}
const LANGUAGES: Record<string, Record<string, string>> = { en, zh }

describe.each(Object.entries(LANGUAGES))('the words of a lab in %s', (_, words) => {
  test('have a sentence for every trouble, with its values in it', () => {
    expect(TROUBLES.length).toBeGreaterThan(10)
    for (const kind of TROUBLES) {
      const trouble = EACH[kind]
      const sentence = wordTrouble(words, trouble)
      expect(sentence, kind).not.toMatch(/^trouble\.|[{}]/)
      const { kind: _, ...values } = trouble
      for (const [name, value] of Object.entries(values)) {
        expect(sentence, `${kind} names its ${name}`).toContain(name === 'language' ? 'Python' : String(value))
      }
    }
  })

  test('have a sentence for every ending', () => {
    for (const ending of ENDINGS) expect(word(words, { key: `ending.${ending}` }), ending).not.toMatch(/^ending\./)
  })

  test('say what happened without raising their voice', () => {
    for (const [key, sentence] of Object.entries(words)) expect(sentence, key).not.toMatch(/[!！]|\boops\b/i)
  })
})

test('both languages have the same keys with the same places', () => {
  const places = (words: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(words).map(([key, text]) => [key, [...text.matchAll(/\{\w+\}/g)].map(String).sort()]),
    )
  expect(Object.keys(zh).length).toBeGreaterThan(60)
  expect(places(zh)).toEqual(places(en))
})

test('Chinese sentences end as Chinese sentences do', () => {
  for (const [key, sentence] of Object.entries(zh)) expect(sentence, key).not.toMatch(/[\u4e00-\u9fff][.,;:?](\s|$)/)
})

test('a key or a value that is missing shows itself', () => {
  expect(word({}, { key: 'state.ready' })).toBe('state.ready')
  expect(word({ a: 'code {code}' }, { key: 'a' })).toBe('code {code}')
  expect(word({ a: 'x' }, { key: 'constructor' })).toBe('constructor')
})

test('what a program is called cannot become a place to be filled', () => {
  expect(word({ a: '{program} {detail}' }, { key: 'a', values: { program: '{detail}', detail: 'b' } })).toBe(
    '{detail} b',
  )
})
