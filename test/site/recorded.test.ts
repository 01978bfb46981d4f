import { describe, expect, test } from 'vitest'
import en from '../../content/ui/en/lab.json' with { type: 'json' }
import recordingEn from '../../content/ui/en/recording.json' with { type: 'json' }
import zh from '../../content/ui/zh/lab.json' with { type: 'json' }
import recordingZh from '../../content/ui/zh/recording.json' with { type: 'json' }
import type { BenchEvent, Happening } from '../../labs/events.ts'
import { RECORDING_TROUBLES, type Recording, type RecordingTrouble } from '../../labs/recording.ts'
import { fold, isBusy, type LabView, untouched } from '../../site/bench/fold.ts'
import { LONGEST, paced, SLOW_FOR, SLOWER } from '../../site/bench/pace.ts'
import { type Loaded, RecordedSource } from '../../site/bench/recorded.ts'
import { labWords, offerOf, programWords, recordingWords, whyNotWords } from '../../site/bench/sentences.ts'
import type { News } from '../../site/bench/source.ts'
import { word, wordTrouble } from '../../site/bench/words.ts'
import { HandClock, settled } from '../helpers/hand-clock.ts'
import { HEADER, KNOWN } from '../helpers/recorded.ts'

const WORDS = { en: { ...en, ...recordingEn }, zh: { ...zh, ...recordingZh } }

/** Events at these times, in ms. */
const at = (...happenings: (readonly [ms: number, happening: Happening])[]): BenchEvent[] =>
  happenings.map(([ms, happening], index) => ({ ...happening, n: index + 1, t: ms * 1e6 }))
const starting = (program: string, run: number): Happening => {
  return { kind: 'starting', program, run, language: 'ts', columns: 80, rows: 24 }
}
const started = (program: string, run: number): Happening => {
  return { kind: 'started', program, run, pid: 7, command: ['node', `${program}.ts`] }
}
const exited = (program: string, run: number): Happening => {
  return { kind: 'exited', program, run, code: 0, signal: null, stopped: false }
}
const seed: Happening = { kind: 'seed', seed: 1 }
const recordingOf = (events: readonly BenchEvent[]): Recording => ({ ...HEADER, events })

/** A source on a clock that a test moves, and all it has told. */
function player(load: () => Promise<Loaded>) {
  const clock = new HandClock()
  const source = new RecordedSource(load, clock)
  const news: News[] = []
  source.onNews((one) => news.push(one))
  const told = () => news.flatMap((one) => (one.kind === 'event' ? [one.event.n] : []))
  const kinds = () => news.map(({ kind }) => kind)
  const view = (): LabView => news.reduce(fold, untouched(KNOWN.programs))
  return { clock, source, news, told, kinds, view }
}
const playerOf = (...events: BenchEvent[]) =>
  player(() => Promise.resolve({ recording: recordingOf(events), origin: 'course' }))

describe('the pace of a recording', () => {
  test('is slower than what happened, in proportion, where that was quick', () => {
    const [first, second, third] = paced(at([5, seed], [15, seed], [35, seed]))
    expect([first?.at, second?.at, third?.at]).toEqual([0, 10 * SLOWER, 30 * SLOWER])
  })

  test('is as it was where one had to wait anyway', () => {
    const timed = paced(at([0, seed], [SLOW_FOR / 2, seed], [350, seed], [1000, seed]))
    expect(timed.map(({ at }) => at)).toEqual([0, SLOW_FOR, SLOW_FOR + 300, SLOW_FOR + 950])
    expect(timed.every(({ silence }) => silence === 0)).toBe(true)
  })

  test('makes what lasts long no longer than a second, and says so', () => {
    const timed = paced(at([0, seed], [LONGEST, seed], [4500, seed]))
    expect(timed.map(({ at }) => at)).toEqual([0, LONGEST, 2 * LONGEST])
    expect(timed.map(({ silence }) => silence)).toEqual([0, 0, 3500])
  })

  test('plays in the order in which it was written down; what was late waits for nothing', () => {
    const timed = paced(at([0, seed], [20, seed], [10, seed], [25, seed]))
    expect(timed.map(({ at }) => at)).toEqual([0, 80, 80, 100])
  })
})

describe('a recording that is played', () => {
  const run = () => playerOf(...at([0, starting('send', 1)], [10, started('send', 1)], [20, exited('send', 1)]))

  test('is told event by event through the same seam as a live bench', async () => {
    const { clock, source, told, kinds } = run()
    source.run()
    await settled()
    expect(kinds()).toEqual(['connection', 'recording', 'event'])
    await clock.advance(10 * SLOWER - 1)
    expect(told()).toEqual([1])
    await clock.advance(1)
    expect(told()).toEqual([1, 2])
    await clock.advance(10 * SLOWER)
    expect(told()).toEqual([1, 2, 3])
    expect(kinds().at(-1)).toBe('played')
    await clock.advance(60_000)
    expect(kinds().filter((kind) => kind === 'played')).toHaveLength(1)
  })

  test('is loaded at the first start and not before', async () => {
    let loads = 0
    const { source } = player(async () => {
      loads += 1
      return { recording: recordingOf([]), origin: 'course' }
    })
    source.open()
    source.resume()
    await settled()
    expect(loads).toBe(0)
    source.run()
    await settled()
    expect(loads).toBe(1)
  })

  test('can be told to its end at once', async () => {
    const { clock, source, told, kinds } = run()
    source.run()
    await settled()
    source.toEnd()
    expect(told()).toEqual([1, 2, 3])
    expect(kinds().at(-1)).toBe('played')
    await clock.advance(60_000)
    expect(told()).toHaveLength(3)
  })

  test('stops where it is, and begins anew from its beginning', async () => {
    const { clock, source, told, kinds, view } = run()
    source.run()
    await clock.advance(10 * SLOWER)
    source.stop()
    await clock.advance(60_000)
    expect(told()).toEqual([1, 2])
    expect(kinds().at(-1)).toBe('played')
    expect(view().programs.send).toMatchObject({ state: 'exited', gone: { ended: 'recording' } })
    source.run()
    await clock.advance(60_000)
    expect(told()).toEqual([1, 2, 1, 2, 3])
    expect(view().programs.send).toMatchObject({ state: 'exited', exit: { code: 0 }, gone: null })
  })

  test('started twice is played once', async () => {
    const { clock, source, told } = run()
    source.run()
    source.run()
    await clock.advance(60_000)
    expect(told()).toEqual([1, 2, 3])
  })

  test('may be stopped by whoever hears it, in the middle of what happens at one time', async () => {
    const { clock, source, told } = playerOf(...at([0, seed], [0, seed], [0, seed]))
    source.onNews((one) => one.kind === 'event' && one.event.n === 2 && source.stop())
    source.run()
    await clock.advance(60_000)
    expect(told()).toEqual([1, 2])
  })

  test('says how long a silence was before it is shortened', async () => {
    const { clock, source, news, told } = playerOf(...at([0, seed], [3000, seed]))
    source.run()
    await settled()
    expect(news.at(-1)).toEqual({ kind: 'silence', ms: 3000 })
    await clock.advance(LONGEST)
    expect(told()).toEqual([1, 2])
  })

  test('is silent when its page is left', async () => {
    const { clock, source, told, news } = run()
    source.run()
    await settled()
    source.leave()
    await clock.advance(60_000)
    expect(told()).toEqual([1])
    expect(news.at(-1)).toEqual({ kind: 'connection', connection: 'idle' })
  })

  test('that cannot be opened is told as a trouble, and nothing else changes', async () => {
    const trouble: RecordingTrouble = { kind: 'recording-cut' }
    const { source, news, view } = player(() => Promise.resolve(trouble))
    source.run()
    await settled()
    expect(news.at(-1)).toEqual({ kind: 'unplayable', trouble })
    expect(view().trouble).toEqual(trouble)
    expect(view().recording).toBe(null)
  })

  test('may have a hundred thousand events', async () => {
    const event = (n: number): BenchEvent => ({ kind: 'seed', seed: 1, n, t: n })
    const many = Array.from({ length: 100_000 }, (_, index) => event(index + 1))
    const { source, told } = playerOf(...many)
    source.run()
    await settled()
    source.toEnd()
    expect(told()).toHaveLength(many.length)
  })
})

describe('a lab with a recording', () => {
  const { en: words } = WORDS
  const run = () => playerOf(...at([0, starting('send', 1)], [10, started('send', 1)], [4000, exited('send', 1)]))

  test('is ready to play, plays, and says what happened as in a live run', async () => {
    const { clock, source, view } = run()
    source.open()
    expect(offerOf(view())).toBe('play')
    expect(labWords(words, view())).toBe('ready to play')
    expect(programWords(words, untouched(['send']).programs.send as never, 'play')).toBe('ready to play')
    source.run()
    await clock.advance(10 * SLOWER)
    expect(view().recording).toMatchObject({
      recorded: HEADER.recorded,
      origin: 'course',
      playing: true,
      silence: 3990,
    })
    expect(labWords(words, view())).toBe('send is running; nothing happens for 4.0 seconds, shown in one')
    expect(labWords(WORDS.zh, view())).toBe('send运行中；有4.0秒什么都没有发生，这里缩短为一秒')
    await clock.advance(LONGEST)
    expect(labWords(words, view())).toBe('send exited with code 0')
    expect(view().recording).toMatchObject({ playing: false, silence: null })
  })

  test('says which programs were running when it ended, and none is busy then', async () => {
    const { clock, source, view } = playerOf(...at([0, starting('receive', 1)], [10, started('receive', 1)]))
    source.run()
    await clock.advance(60_000)
    expect(labWords(words, view())).toBe('receive was running when the recording ended')
    expect(Object.values(view().programs).some(isBusy)).toBe(false)
  })

  test('forgets the run before when another is played, and what is live when it is turned to', async () => {
    const { clock, source, view } = run()
    source.run()
    await clock.advance(60_000)
    source.run()
    await settled()
    expect(view().programs.send).toMatchObject({ state: 'starting', exit: null })
    const turned = fold(view(), { kind: 'turned', to: 'live' })
    expect(turned).toMatchObject({ recording: null, programs: { send: { state: 'ready' } } })
  })

  test('keeps what is known of the server, and hears of it when it goes and comes', () => {
    const health = {
      protocol: 2,
      version: '1',
      interpreters: { ts: '26', py: null },
      network: 'plain',
      obstacles: [],
      system: { platform: 'linux', release: '6', python: null, node: null },
    } as const
    const served = fold(untouched(['send']), { kind: 'health', health })
    const turned = fold(fold(served, { kind: 'turned', to: 'recorded' }), {
      kind: 'connection',
      connection: 'recorded',
    })
    expect(turned).toMatchObject({ network: 'plain', interpreters: { py: null } })
    const gone = fold(turned, { kind: 'health', health: null })
    expect(gone).toMatchObject({ connection: 'recorded', network: null })
    expect(fold(gone, { kind: 'health', health })).toMatchObject({ connection: 'recorded', network: 'plain' })
  })

  test('says why nothing runs, and that it can be played all the same', () => {
    const health = {
      protocol: 2,
      version: '1',
      interpreters: { ts: '26', py: null },
      network: 'plain',
      obstacles: [],
      system: { platform: 'linux', release: '6', python: null, node: null },
    } as const
    const hosts = fold(untouched(['send'], 2), { kind: 'health', health })
    const recorded = fold(hosts, { kind: 'connection', connection: 'recorded' })
    expect(whyNotWords(words, recorded)).toBe(`${en['none.hosts']} Its recorded run can be played.`)
    expect(whyNotWords(WORDS.zh, recorded)).toBe(`${zh['none.hosts']}可以回放它的运行记录。`)
    const alone = fold(untouched(['send']), { kind: 'connection', connection: 'recorded' })
    expect(whyNotWords(words, alone)).toMatch(/^Here every lab plays a run/)
  })

  test('is named by the day of its recording, and by where that came from', () => {
    const recorded = '2026-08-20T23:59:59Z'
    expect(recordingWords(words, 'en', { recorded, origin: 'course' })).toBe('recorded, 20 August 2026')
    expect(recordingWords(WORDS.zh, 'zh-Hans', { recorded, origin: 'course' })).toBe('运行记录，2026年8月20日')
    expect(recordingWords(words, 'en', { recorded: '2026-08-20', origin: 'file' })).toBe(
      'recorded, 20 August 2026 · from a file',
    )
  })
})

/** One of each; the compiler names the one that is missing. */
const EACH: { [Kind in RecordingTrouble['kind']]: Extract<RecordingTrouble, { kind: Kind }> } = {
  'recording-too-large': { kind: 'recording-too-large', megabytes: 117 },
  'recording-foreign': { kind: 'recording-foreign' },
  'recording-newer': { kind: 'recording-newer', version: 31, known: 17 },
  'recording-cut': { kind: 'recording-cut' },
  'recording-other-lab': { kind: 'recording-other-lab', lab: 'tcp-both-send' },
  'recording-broken': { kind: 'recording-broken', line: 4711, detail: '`t` must be a number' },
  'recording-unread': { kind: 'recording-unread', detail: '404' },
}

test.each(Object.entries(WORDS))(
  'every trouble with a recording has a sentence with its values in it (%s)',
  (_, words) => {
    for (const kind of RECORDING_TROUBLES) {
      const sentence = wordTrouble(words, EACH[kind])
      expect(sentence, kind).not.toMatch(/^trouble\.|[{}]/)
      const { kind: _, ...values } = EACH[kind]
      for (const value of Object.values(values)) expect(sentence, kind).toContain(String(value))
    }
    for (const key of ['page.nothing-to-save', 'page.too-long-to-save']) expect(word(words, { key })).not.toBe(key)
  },
)
