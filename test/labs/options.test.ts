import { expect, test } from 'vitest'
import { readOptions, WrongOption } from '../../labs/server/options.ts'

test.each([
  [[], { port: 4321, open: true, pages: null }],
  [['--port', '8080'], { port: 8080, open: true }],
  [['--port=0'], { port: 0 }],
  [['--port', '65535', '--no-open'], { port: 65_535, open: false }],
  [['--pages', 'http://127.0.0.1:5000'], { pages: new URL('http://127.0.0.1:5000') }],
])('%j is understood', (args, options) => {
  expect(readOptions(args)).toMatchObject(options)
})

test.each([
  [['--port', '65536'], '`--port 65536` is not a port'],
  [['--port', '-1'], /--port/],
  [['--port', '80.5'], '`--port 80.5` is not a port'],
  [['--port', 'http'], '`--port http` is not a port'],
  [['--port', ''], /is not a port/],
  [['--port'], /--port/],
  [['--prot', '80'], /--prot/],
  [['80'], /80/],
  [['--no-open=yes'], /--no-open/],
  [['--pages', 'here'], '`--pages here` is not an address'],
])('%j is refused in a sentence that names it', (args, words) => {
  expect(() => readOptions(args)).toThrow(WrongOption)
  expect(() => readOptions(args)).toThrow(words)
})
