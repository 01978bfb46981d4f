/** The `FrameReader` of lab 13e, solved and wrong, given one stream in two hundred ways of cutting it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { LANGUAGES, type Language } from '../../labs/lab.ts'
import { seeded } from '../helpers/random.ts'
import { INTERPRETERS, NO_PYTHON } from '../helpers/shell-program.ts'

const LAB = join(import.meta.dirname, '../../labs/catalog/tcp-frames')
const MESSAGES = ['数据', '', 'bcd', '', '你好, 网络', 'x'.repeat(300)]
const CUTS = 200

const stream = Buffer.concat(
  MESSAGES.map((message) => {
    const header = Buffer.alloc(4)
    header.writeUInt32BE(Buffer.byteLength(message))
    return Buffer.concat([header, Buffer.from(message)])
  }),
)
const wanted = MESSAGES.map((message) => Buffer.from(message).toString('hex'))
const folder = mkdtempSync(join(tmpdir(), 'both-ends-frames-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Ways of cutting: byte by byte, not at all, and by a chance that is the same in every run. */
const ways: number[][] = [[1], [stream.length]]
const chance = seeded(13)
while (ways.length < CUTS) {
  const most = 1 + (ways.length % 40)
  ways.push(Array.from({ length: 50 }, () => 1 + Math.floor(chance() * most)))
}

/** The class as it stands in a program, and round it what gives it all pieces of all ways and prints what it gave. */
const HARNESS: Readonly<Record<Language, { readonly reader: RegExp; readonly around: string }>> = {
  py: {
    reader: /^class FrameReader:\n(?:(?: .*)?\n)+/m,
    around: `
import json, sys
given = json.load(sys.stdin)
stream = bytes.fromhex(given["stream"])
for way in given["ways"]:
    reader, at, turn, told = FrameReader(), 0, 0, []
    while at < len(stream):
        size = way[turn % len(way)]
        told += reader.push(stream[at : at + size])
        at, turn = at + size, turn + 1
    print(json.dumps([bytes(one).hex() for one in told]))
`,
  },
  ts: {
    reader: /^class FrameReader \{\n(?:(?: .*)?\n)+\}\n/m,
    around: `
import { readFileSync } from 'node:fs'
const given = JSON.parse(readFileSync(0, 'utf8'))
const stream = Buffer.from(given.stream, 'hex')
for (const way of given.ways) {
  const reader = new FrameReader()
  const told: string[] = []
  for (let at = 0, turn = 0; at < stream.length; turn += 1) {
    const size = way[turn % way.length]
    told.push(...reader.push(stream.subarray(at, at + size)).map((one) => one.toString('hex')))
    at += size
  }
  console.log(JSON.stringify(told))
}
`,
  },
}

/** How often the reader of an answer gives other messages than were sent. */
function failures(answer: string, language: Language): number {
  const { reader, around } = HARNESS[language]
  const [text] = reader.exec(readFileSync(join(LAB, answer, `receive.${language}`), 'utf8')) ?? []
  if (text === undefined) throw new Error(`${answer}/receive.${language} has no class FrameReader.`)
  const file = join(folder, `${answer.replace('/', '-')}.${language}`)
  writeFileSync(file, text + around)
  const input = JSON.stringify({ stream: stream.toString('hex'), ways })
  const told = execFileSync(INTERPRETERS[language] ?? '', [file], { input, encoding: 'utf8' })
  const lines = told.trimEnd().split('\n')
  expect(lines).toHaveLength(CUTS)
  return lines.filter((line) => line !== JSON.stringify(wanted).replaceAll(',', language === 'py' ? ', ' : ',')).length
}

describe.each(LANGUAGES)('in %s', (language) => {
  beforeEach(({ skip }) => skip(INTERPRETERS[language] === null, NO_PYTHON))

  test('the solved reader gives the messages as they were sent, in all two hundred ways', () => {
    expect(failures('solution/frames', language)).toBe(0)
  })

  test.each(['decodes-pieces', 'one-a-piece', 'drops-empty'])('the wrong reader %s fails in some of them', (name) => {
    expect(failures(`wrong/${name}`, language)).toBeGreaterThan(0)
  })
})
