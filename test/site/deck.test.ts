import { describe, expect, test } from 'vitest'
import type { RunRequest } from '../../labs/protocol.ts'
import { Deck } from '../../site/bench/deck.ts'
import { RecordedSource } from '../../site/bench/recorded.ts'
import type { BenchSource, News } from '../../site/bench/source.ts'
import { HandClock, settled } from '../helpers/hand-clock.ts'
import { EVENTS, HEADER } from '../helpers/recorded.ts'

/** A live source that only remembers what it was asked. */
class Asked implements BenchSource {
  readonly asked: string[] = []
  tell: (news: News) => void = () => {}

  open = () => this.#note('open')
  resume = () => this.#note('resume')
  retry = () => this.#note('retry')
  run = (programs: readonly RunRequest[]) => this.#note(`run ${programs.length}`)
  stop = (programs: readonly string[]) => this.#note(`stop ${programs}`)
  input = (program: string, bytes: Uint8Array) => this.#note(`input ${program} ${bytes}`)
  resize = (program: string) => this.#note(`resize ${program}`)
  faults = (wire: number) => this.#note(`faults ${wire}`)
  seed = (seed: number) => this.#note(`seed ${seed}`)
  hold = (program: string, on: boolean) => this.#note(`hold ${program} ${on}`)
  release = (program: string) => this.#note(`release ${program}`)
  ack = (program: string, offset: number) => this.#note(`ack ${program} ${offset}`)
  leave = () => this.#note('leave')

  onNews(listener: (news: News) => void): () => void {
    this.tell = listener
    return () => {
      this.tell = () => {}
    }
  }

  #note(what: string): void {
    this.asked.push(what)
  }
}

function deck() {
  const clock = new HandClock()
  const lives: Asked[] = []
  const live = () => {
    const source = new Asked()
    lives.push(source)
    return source
  }
  const recording = { ...HEADER, events: EVENTS }
  const recorded = new RecordedSource(() => Promise.resolve({ recording, origin: 'course' }), clock)
  const made = new Deck(live, recorded)
  const news: News[] = []
  made.onNews((one) => news.push(one))
  return { deck: made, clock, lives, news, kinds: () => news.map(({ kind }) => kind) }
}
const live: News = { kind: 'connection', connection: 'live' }

describe('the two sources of a lab', () => {
  test('begin with the live one, which hears everything that is asked', () => {
    const { deck: made, lives, news } = deck()
    made.open()
    made.resume()
    made.retry()
    made.run([])
    made.stop(['send'])
    made.input('send', Uint8Array.of(1, 2))
    made.resize('send', { columns: 80, rows: 24 })
    made.hold('send', true)
    made.release('send')
    made.ack('send', 5)
    made.leave()
    expect(lives.map(({ asked }) => asked)).toEqual([
      ['open', 'resume', 'retry', 'run 0', 'stop send', 'input send 1,2', 'resize send'].concat(
        'hold send true',
        'release send',
        'ack send 5',
        'leave',
      ),
    ])
    lives[0]?.tell(live)
    expect(news).toEqual([live])
  })

  test('are never heard at the same time: who turns away is left, then all is cleared, then the other speaks', async () => {
    const { deck: made, clock, lives, news, kinds } = deck()
    made.turn('recorded')
    expect(made.isLive).toBe(false)
    expect(lives[0]?.asked).toEqual(['leave'])
    expect(kinds()).toEqual(['turned', 'connection'])
    lives[0]?.tell(live)
    expect(news).not.toContain(live)
    made.run([])
    made.input('send', Uint8Array.of(1))
    await settled()
    expect(lives[0]?.asked).toEqual(['leave'])
    expect(kinds()).toContain('recording')
    made.turn('live')
    const told = news.length
    await clock.advance(60_000)
    expect(news).toHaveLength(told)
    expect(news.at(-1)).toEqual({ kind: 'turned', to: 'live' })
  })

  test('turn to a live source that knows nothing, and so is told everything of a bench that is still there', () => {
    const { deck: made, lives } = deck()
    made.turn('recorded')
    made.turn('live')
    expect(lives).toHaveLength(2)
    expect(lives[1]?.asked).toEqual(['resume'])
  })

  test('clear a recording away without turning, and leave a live run alone', async () => {
    const { deck: made, clock, lives, news } = deck()
    made.clear()
    expect(news).toEqual([])
    made.turn('recorded')
    made.run([])
    await settled()
    made.clear()
    expect(news.slice(-2)).toEqual([{ kind: 'played' }, { kind: 'turned', to: 'recorded' }])
    const told = news.length
    await clock.advance(60_000)
    expect(news).toHaveLength(told)
    expect(lives[0]?.asked).toEqual(['leave'])
  })

  test('turn only when it is another one', () => {
    const { deck: made, lives, news } = deck()
    made.turn('live')
    made.turn('recorded')
    made.turn('recorded')
    expect(lives[0]?.asked).toEqual(['leave'])
    expect(news.filter(({ kind }) => kind === 'turned')).toHaveLength(1)
  })

  test('let what is left of a recording be told at once, and nothing of a live run', async () => {
    const { deck: made, kinds } = deck()
    made.toEnd()
    expect(kinds()).toEqual([])
    made.turn('recorded')
    made.run([])
    await settled()
    made.toEnd()
    expect(kinds().filter((kind) => kind === 'event')).toHaveLength(EVENTS.length)
  })
})
