/** tshark's opinion of captured frames, cut down to what can be held against our own decoding. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { captureFile, type KeptFrame } from './captures.ts'
import { THEIRS } from './tshark-names.ts'

const run = promisify(execFile)

/** One field or header: its name with tshark, where it lies, its value in hex and, for some, as tshark writes it. */
export interface Told {
  readonly name: string
  readonly offset: number
  readonly length: number
  readonly value: string
  readonly shown: string
}

/** Each packet by itself, nothing put together, all checksums looked at. */
const OPTIONS = [
  'ip.defragment:FALSE',
  'ipv6.defragment:FALSE',
  'tcp.desegment_tcp_streams:FALSE',
  'ip.check_checksum:TRUE',
  'tcp.check_checksum:TRUE',
  'udp.check_checksum:TRUE',
].flatMap((option) => ['-o', option])

/** Its version, found out by trying; null where there is none. */
export async function findTshark(): Promise<string | null> {
  try {
    const { stdout } = await run('tshark', ['--version'])
    return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? null
  } catch {
    return null
  }
}

/** What tshark says of each frame. */
export async function askTshark(frames: readonly KeptFrame[]): Promise<Told[][]> {
  return readPdml(await runTshark(captureFile(frames), ['-T', 'pdml', ...OPTIONS]))
}

/** Runs tshark over a capture file and gives what it prints. */
export async function runTshark(file: Uint8Array, words: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'both-ends-'))
  try {
    const path = join(folder, 'capture.pcapng')
    await writeFile(path, file)
    const { stdout } = await run('tshark', ['-n', '-r', path, ...words], { maxBuffer: 1 << 28 })
    return stdout
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Of tshark's XML only the fields that have a name in our table, and the headers. */
function readPdml(text: string): Told[][] {
  return text
    .split('<packet>')
    .slice(1)
    .map((packet) => [...packet.matchAll(/<(?:proto|field) ([^>]*)>/g)].flatMap(([, tag = '']) => readTag(tag)))
}

function readTag(tag: string): Told[] {
  const {
    name = '',
    pos = '',
    size = '',
    value = '',
    show = '',
    showname = '',
    hide = '',
  } = Object.fromEntries([...tag.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]))
  // The options of IPv4 stand in a field without a name.
  const known = name === '' && /^Options: /.test(show || showname) ? 'options' : name
  const wanted = THEIRS.get(known)
  if (wanted === undefined || hide === 'yes') return []
  return [{ name: known, offset: Number(pos), length: Number(size), value, shown: wanted ? show : '' }]
}

/** tshark's answer as it is kept: names once, then a line for each frame. */
export interface Answer {
  readonly tshark: string
  readonly names: readonly string[]
  /** For each field the place of its name, offset + length, its value where that is not simply the bytes there, its text. */
  readonly frames: readonly string[]
}

export function writeAnswer(tshark: string, told: readonly Told[][], frames: readonly KeptFrame[]): string {
  const names = [...new Set(told.flat().map(({ name }) => name))]
  const lines = told.map((fields, i) =>
    fields.map((field) => writeTold(field, names.indexOf(field.name), frames[i]?.bytes)).join('; '),
  )
  const list = (texts: readonly string[]) => `[\n${texts.map((text) => `    ${JSON.stringify(text)}`).join(',\n')}\n  ]`
  return `{\n  "tshark": "${tshark}",\n  "names": ${list(names)},\n  "frames": ${list(lines)}\n}\n`
}

export function readAnswer({ names, frames: lines }: Answer, frames: readonly KeptFrame[]): Told[][] {
  return lines.map((line, i) => line.split('; ').map((field) => readTold(field, names, frames[i]?.bytes)))
}

function writeTold({ offset, length, value, shown }: Told, name: number, bytes: Uint8Array | undefined): string {
  const said = value === '' ? '-' : value === hexOf(bytes, offset, length) ? '=' : value
  const words = shown === '' ? (said === '=' ? [] : [said]) : [said, shown]
  return [name, `${offset}+${length}`, ...words].join(' ')
}

function readTold(field: string, names: readonly string[], bytes: Uint8Array | undefined): Told {
  const [place = '', span = '', said = '=', shown = ''] = field.split(' ')
  const [offset = 0, length = 0] = span.split('+').map(Number)
  const value = said === '-' ? '' : said === '=' ? hexOf(bytes, offset, length) : said
  return { name: names[Number(place)] ?? '', offset, length, value, shown }
}

function hexOf(bytes: Uint8Array = new Uint8Array(), offset: number, length: number): string {
  return Buffer.from(bytes.subarray(offset, offset + length)).toString('hex')
}
