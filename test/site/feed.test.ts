import { expect, test } from 'vitest'
import { ACK_EVERY, Feed, type Screen } from '../../site/bench/panels/feed.ts'

/** What a terminal does not show: sequences, CAN, carriage return. */
const CONTROL = /(?!\n)\p{Cc}(\[[?!]?[\d;]*[a-z])?/gu

/** A terminal that parses when it is told to, and keeps what it was given. */
class PaperScreen implements Screen {
  text = ''
  inAlternate = false
  onParse: (data: string) => void = () => {}
  #queue: { data: string; parsed: () => void }[] = []

  write(data: string | Uint8Array, parsed: () => void): void {
    this.#queue.push({ data: typeof data === 'string' ? data : Buffer.from(data).toString(), parsed })
  }

  column(): number {
    return this.text.length - this.text.lastIndexOf('\n') - 1
  }

  alternate(): boolean {
    return this.inAlternate
  }

  /** Parses so many writes, all by default. Control sequences are left out of the text. */
  parse(writes = Number.POSITIVE_INFINITY): void {
    for (let i = 0; i < writes; i += 1) {
      const next = this.#queue.shift()
      if (next === undefined) return
      this.onParse(next.data)
      this.text += next.data.replaceAll(CONTROL, '')
      next.parsed()
    }
  }
}

function feed() {
  const screen = new PaperScreen()
  const acks: number[] = []
  const feed = new Feed(screen, (offset) => acks.push(offset))
  return { screen, acks, feed }
}

const bytes = (text: string) => new TextEncoder().encode(text)

test('a run stands between its command and how it ended', () => {
  const { screen, feed: terminal } = feed()
  terminal.command('node receive.ts')
  terminal.output(bytes('waiting\r\n'), 0, false)
  terminal.end('exited with code 0')
  screen.parse()
  expect(screen.text).toBe('$ node receive.ts\nwaiting\n— exited with code 0\n')
})

test('a second run keeps the first and is set off by a blank line', () => {
  const { screen, feed: terminal } = feed()
  for (const offset of [0, 2]) {
    terminal.command('node send.ts')
    terminal.output(bytes('hi'), offset, false)
    terminal.end('exited with code 0')
  }
  screen.parse()
  const run = '$ node send.ts\nhi\n— exited with code 0\n'
  expect(screen.text).toBe(`${run}\n${run}`)
})

test('a run that never began is set off like one that did', () => {
  const { screen, feed: terminal } = feed()
  terminal.command('node send.ts')
  terminal.end('exited with code 0')
  terminal.never('could not be started')
  screen.parse()
  expect(screen.text).toBe('$ node send.ts\n— exited with code 0\n\n— could not be started\n')
})

test('lines of the page keep their place when output comes before their place is known', () => {
  const { screen, feed: terminal } = feed()
  terminal.command('node a.ts')
  terminal.output(bytes('one'), 0, false)
  terminal.end('ended')
  terminal.command('node a.ts')
  terminal.output(bytes('two\r\n'), 3, false)
  terminal.note('missing')
  terminal.output(bytes('three'), 8, false)
  screen.parse()
  expect(screen.text).toBe('$ node a.ts\none\n— ended\n\n$ node a.ts\ntwo\n— missing\nthree')
})

test('a line of the page begins on the ordinary screen, whatever screen the program has left', () => {
  const { screen, feed: terminal } = feed()
  let all = ''
  screen.onParse = (data) => {
    all += data
  }
  terminal.output(bytes('editor'), 0, false)
  screen.parse()
  screen.inAlternate = true
  terminal.end('ended by signal SIGHUP')
  screen.parse()
  expect(all.indexOf('\x1b[?1049l')).toBeGreaterThan(0)
  expect(all.indexOf('\x1b[?1049l')).toBeLessThan(all.indexOf('— ended'))
})

test('words of the page cannot steer the terminal', () => {
  const { screen, feed: terminal } = feed()
  let all = ''
  screen.onParse = (data) => {
    all += data
  }
  terminal.note('file \x1b[2J\x07 gone\r\n')
  screen.parse()
  expect(all).toContain('— file  [2J  gone  \x1b[0m')
})

test('output is acknowledged when it is parsed, not when it is written', () => {
  const { screen, acks, feed: terminal } = feed()
  terminal.output(bytes('12345'), 100, false)
  expect(acks).toEqual([])
  screen.parse()
  expect(acks).toEqual([105])
})

test('a busy parser acknowledges in large steps, and once more when it comes to rest', () => {
  const { screen, acks, feed: terminal } = feed()
  const piece = ACK_EVERY / 4
  for (let i = 0; i < 10; i += 1) terminal.output(new Uint8Array(piece), i * piece, false)
  screen.parse()
  expect(acks).toEqual([ACK_EVERY, 2 * ACK_EVERY, 10 * piece])
})

test('lines of the page count for nothing', () => {
  const { screen, acks, feed: terminal } = feed()
  terminal.command('node receive.ts')
  terminal.output(bytes('abc'), 0, false)
  terminal.end('exited with code 0')
  screen.parse()
  expect(acks).toEqual([3])
})

test('what was parsed for an earlier bench is not acknowledged to a new one', () => {
  const { screen, acks, feed: terminal } = feed()
  terminal.output(bytes('old'), 5000, false)
  terminal.restart()
  terminal.output(bytes('new'), 0, false)
  screen.parse()
  expect(acks).toEqual([3])
})

test('answers are to the past exactly while replayed output is parsed', () => {
  const { screen, feed: terminal } = feed()
  const past: Record<string, boolean> = {}
  screen.onParse = (data) => {
    past[data] = terminal.replaying
  }
  terminal.output(bytes('replayed \x1b[6n'), 0, true)
  terminal.output(bytes('again \x1b[6n'), 13, true)
  terminal.output(bytes('live \x1b[6n'), 23, false)
  expect(terminal.replaying).toBe(true)
  screen.parse()
  expect(past).toEqual({ 'replayed \x1b[6n': true, 'again \x1b[6n': true, 'live \x1b[6n': false })
  expect(terminal.replaying).toBe(false)
})
