import { beforeEach, describe, expect, test } from 'vitest'
import { HISTORY } from '../../site/bench/edit/own.ts'
import { keyOf, type Store, Versions } from '../../site/bench/edit/versions.ts'

/** A browser's storage, with a bound. */
class Memory implements Store {
  readonly kept = new Map<string, string>()
  room = Number.POSITIVE_INFINITY
  get length() {
    return this.kept.size
  }
  key = (index: number) => [...this.kept.keys()][index] ?? null
  getItem = (key: string) => this.kept.get(key) ?? null
  removeItem = (key: string) => void this.kept.delete(key)
  setItem = (key: string, value: string) => {
    if (value.length > this.room) throw new DOMException('There is no room.', 'QuotaExceededError')
    this.kept.set(key, value)
  }
}

const SEND = ['lab', 'send', 'py'] as const

let store: Memory
let now: number
let versions: Versions
const page = () =>
  new Versions(
    () => store,
    () => now,
  )
const texts = (of = versions) => of.get(...SEND).history.map(({ text }) => text)

beforeEach(() => {
  store = new Memory()
  now = 1000
  versions = page()
})

describe('own versions', () => {
  test('of a program that nobody has edited are none', () => {
    expect(versions.get(...SEND)).toMatchObject({ text: null, history: [] })
    expect(versions.lastOwn(...SEND)).toBeNull()
    expect(versions.bringBack(...SEND)).toBe(false)
    expect(versions.all()).toEqual({})
    expect(store.kept.size).toBe(0)
  })

  test('come out of a file without anything here being let go for them', () => {
    const other = new Versions(
      () => new Memory(),
      () => 99_000,
    )
    for (let number = 0; number < HISTORY.texts; number += 1) other.put(...SEND, `theirs ${number}`, 'imported')
    other.put('lab', 'send', 'ts', 'a solution', 'solution')
    versions.put(...SEND, 'mine, early', 'edited')
    versions.put(...SEND, 'mine', 'imported')
    expect(versions.takeOver(other.all())).toEqual({ taken: 2, replaced: 1, notKept: null })
    expect(page().get(...SEND)).toMatchObject({ text: `theirs ${HISTORY.texts - 1}`, reason: 'imported' })
    expect(texts().slice(0, 3)).toEqual(['mine', 'mine, early', `theirs ${HISTORY.texts - 2}`])
    expect(texts()).toHaveLength(HISTORY.texts)
    expect(versions.get('lab', 'send', 'ts').reason).toBe('solution')
    // The same file once more has nothing new.
    const before = versions.all()
    expect(versions.takeOver(other.all())).toEqual({ taken: 0, replaced: 0, notKept: null })
    expect(versions.all()).toEqual(before)
    expect(versions.bringBack(...SEND)).toBe(true)
    expect(versions.get(...SEND).text).toBe('mine')
    store.room = 10
    expect(versions.takeOver(other.all())).toEqual({ taken: 1, replaced: 1, notKept: 'full' })
    expect(versions.lastOwn(...SEND)?.text).toBe('mine')
  })

  test('survive the page, for each lab, program and language apart', () => {
    versions.put(...SEND, 'mine', 'edited')
    versions.put('lab', 'send', 'ts', 'my other', 'edited')
    versions.put('lab-2', 'send', 'py', 'my third', 'edited')
    const again = page()
    expect(again.get(...SEND)).toMatchObject({ text: 'mine', reason: 'edited' })
    expect(again.get('lab', 'send', 'ts').text).toBe('my other')
    expect(again.get('lab', 'receive', 'py').text).toBeNull()
    expect(Object.keys(again.all())).toEqual(['lab', 'lab-2'])
    expect(again.all().lab?.['send.py']?.text).toBe('mine')
  })

  test('that are typed on keep nothing aside, until they are kept or replaced', () => {
    for (const text of ['m', 'mi', 'mine']) versions.put(...SEND, text, 'edited')
    expect(texts()).toEqual([])
    versions.keep(...SEND)
    versions.keep(...SEND)
    versions.put(...SEND, 'mine too', 'edited')
    expect(texts()).toEqual(['mine'])
  })

  test('come back after a reset, after a solution, and after an edited solution', () => {
    versions.put(...SEND, 'mine', 'edited')
    versions.put(...SEND, null, 'reset')
    expect(versions.get(...SEND).text).toBeNull()
    expect(versions.lastOwn(...SEND)?.text).toBe('mine')
    versions.put(...SEND, 'solved', 'solution')
    expect(versions.bringBack(...SEND)).toBe(true)
    expect(versions.get(...SEND)).toMatchObject({ text: 'mine', reason: 'brought-back' })
    expect(texts()).toContain('solved')
    versions.put(...SEND, 'solved', 'solution')
    versions.put(...SEND, 'solved and changed', 'edited')
    expect(versions.lastOwn(...SEND)?.text).toBe('mine')
    versions.bringBack(...SEND)
    expect(texts()[0]).toBe('solved and changed')
    // And so on: from one to the other.
    versions.bringBack(...SEND)
    expect(versions.get(...SEND).text).toBe('solved and changed')
  })

  test('are never lost, whatever is pressed in whatever order', () => {
    const written = new Set<string>()
    let seed = 7
    const dice = (sides: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return Math.floor((seed / 2 ** 32) * sides)
    }
    const acts = [
      () => {
        const text = `mine ${written.size}`
        versions.keep(...SEND)
        versions.put(...SEND, text, 'edited')
        written.add(text)
      },
      () => versions.put(...SEND, null, 'reset'),
      () => versions.put(...SEND, 'solved', 'solution'),
      () => versions.bringBack(...SEND),
      () => {
        versions = page()
      },
    ]
    for (let i = 0; i < 300; i += 1) {
      if (written.size < HISTORY.texts - 2 || i % 2 === 1)
        acts[written.size < HISTORY.texts - 2 ? dice(5) : 1 + dice(4)]?.()
      const there = new Set([...texts(), versions.get(...SEND).text])
      for (const text of written) expect(there).toContain(text)
    }
    expect(written.size).toBeGreaterThan(20)
  })

  test('are bounded in number and in length, and the latest is always kept', () => {
    for (let i = 0; i < HISTORY.texts + 5; i += 1) {
      versions.put(...SEND, `mine ${i}`, 'edited')
      versions.put(...SEND, null, 'reset')
    }
    expect(texts()).toHaveLength(HISTORY.texts)
    expect(texts()[0]).toBe(`mine ${HISTORY.texts + 4}`)
    versions.put(...SEND, 'x'.repeat(HISTORY.characters + 1), 'edited')
    versions.put(...SEND, null, 'reset')
    expect(texts().map((text) => text.length)).toEqual([HISTORY.characters + 1])
  })

  test('of another tab are not written over: its text is kept among the earlier ones', () => {
    versions.put(...SEND, 'here', 'edited')
    const other = page()
    other.put(...SEND, 'there', 'edited')
    other.put('lab', 'receive', 'py', 'there too', 'edited')
    versions.put(...SEND, 'here again', 'edited')
    expect(texts(page())).toEqual(['there'])
    expect(page().get(...SEND).text).toBe('here again')
    expect(page().get('lab', 'receive', 'py').text).toBe('there too')
  })

  test('tell who listens of each change, and of nothing else', () => {
    const told: string[] = []
    const undo = versions.onChange(({ lab, program, language }) => told.push(`${lab} ${program}.${language}`))
    versions.put(...SEND, 'mine', 'edited')
    versions.put(...SEND, 'mine', 'edited')
    versions.put('lab', 'receive', 'ts', null, 'reset')
    undo()
    versions.put(...SEND, 'mine again', 'edited')
    expect(told).toEqual(['lab send.py'])
  })
})

describe('a text of the course that changed since', () => {
  test('is noticed once a version was begun from it, until the reader knows', () => {
    versions.put(...SEND, 'mine', 'edited')
    expect(versions.isOfToday(...SEND, 'shipped')).toBe(true)
    expect(page().isOfToday(...SEND, 'shipped')).toBe(true)
    versions.put(...SEND, 'mine, typed on', 'edited')
    const later = page()
    expect(later.isOfToday(...SEND, 'shipped anew')).toBe(false)
    expect(later.get(...SEND).text).toBe('mine, typed on')
    later.accept(...SEND, 'shipped anew')
    expect(page().isOfToday(...SEND, 'shipped anew')).toBe(true)
  })

  test('is no matter where the course’s text is used', () => {
    versions.put(...SEND, 'mine', 'edited')
    versions.isOfToday(...SEND, 'shipped')
    versions.put(...SEND, null, 'reset')
    expect(versions.isOfToday(...SEND, 'shipped anew')).toBe(true)
    versions.put(...SEND, 'mine of today', 'edited')
    expect(versions.isOfToday(...SEND, 'shipped anew')).toBe(true)
  })
})

describe('storage', () => {
  test('that is full keeps what it has, the page goes on, and says so until there is room', () => {
    versions.put(...SEND, 'mine', 'edited')
    store.room = 10
    versions.put(...SEND, 'mine, longer', 'edited')
    expect(versions.notKept).toBe('full')
    expect(versions.get(...SEND).text).toBe('mine, longer')
    expect(page().get(...SEND).text).toBe('mine')
    store.room = Number.POSITIVE_INFINITY
    versions.put(...SEND, 'mine, longest', 'edited')
    expect(versions.notKept).toBeNull()
    expect(page().get(...SEND).text).toBe('mine, longest')
  })

  test('that is forbidden is told, and texts last as long as the page', () => {
    const forbidden = new Versions(() => {
      throw new DOMException('No.', 'SecurityError')
    })
    forbidden.put(...SEND, 'mine', 'edited')
    forbidden.put(...SEND, null, 'reset')
    expect(forbidden.notKept).toBe('forbidden')
    expect(forbidden.bringBack(...SEND)).toBe(true)
    expect(forbidden.get(...SEND).text).toBe('mine')
    expect(Object.keys(forbidden.all())).toEqual(['lab'])
  })

  test.each([
    'no JSON',
    'null',
    '[]',
    '{"format":2,"programs":{}}',
    '{"format":1,"programs":{"send.py":{"text":7}}}',
    '{"format":1,"programs":{"send.py":{"text":"a","reason":"edited","base":null,"history":[{"text":"b"}]}}}',
    '{"format":1,"programs":{"send.exe":{"text":"a","reason":"edited","base":null,"history":[]}}}',
  ])('with %s in it is put aside before it is written over', (text) => {
    store.kept.set(keyOf('lab'), text)
    expect(versions.get(...SEND).text).toBeNull()
    versions.put(...SEND, 'mine', 'edited')
    expect(page().get(...SEND).text).toBe('mine')
    expect([...store.kept.values()]).toContain(text)
    expect(Object.keys(page().all())).toEqual(['lab'])
  })
})
