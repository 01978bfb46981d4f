/** Captures as files: written by the course's own writer, read by a reader that knows no more than what it writes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePcapng } from '../../labs/wire/pcapng.ts'
import type { Answer } from './tshark.ts'

/** One frame of a capture; `length` is what it had on the wire. */
export interface KeptFrame {
  readonly bytes: Uint8Array
  readonly length: number
  readonly comment?: string | undefined
}

export const CAPTURES = join(import.meta.dirname, '..', 'fixtures', 'captures')

/** The captures that are kept, each with tshark's answer beside it. */
export const NAMES = ['loopback', 'two-hosts', 'trouble', 'by-hand'] as const

export function captureFile(frames: readonly KeptFrame[], interfaceName = 'wire'): Uint8Array {
  return writePcapng({
    interfaces: [{ name: interfaceName }],
    frames: frames.map((frame, i) => ({ ...frame, interface: 0, t: 1000 * i })),
    began: 1_767_225_600_000_000_000n,
    application: 'Both Ends',
  })
}

/** tshark's answer about a capture, as it is kept. */
export function readKeptAnswer(name: string): Answer {
  return JSON.parse(readFileSync(join(CAPTURES, `${name}.json`), 'utf8'))
}

export function readCapture(name: string): KeptFrame[] {
  return readPcapng(readFileSync(join(CAPTURES, `${name}.pcapng`)))
}

/** The frames of a little-endian pcapng file, with their comments. */
export function readPcapng(file: Uint8Array): KeptFrame[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const frames: KeptFrame[] = []
  for (let at = 0; at < file.length; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== 6) continue
    const kept = view.getUint32(at + 20, true)
    const bytes = Uint8Array.from(file.subarray(at + 28, at + 28 + kept))
    const end = at + view.getUint32(at + 4, true) - 4
    const comment = readComment(view, at + 28 + 4 * Math.ceil(kept / 4), end)
    frames.push({ bytes, length: view.getUint32(at + 24, true), comment })
  }
  return frames
}

function readComment(view: DataView, from: number, to: number): string | undefined {
  for (let at = from; at < to; at += 4 + 4 * Math.ceil(view.getUint16(at + 2, true) / 4)) {
    if (view.getUint16(at, true) !== 1) continue
    return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 4, view.getUint16(at + 2, true)))
  }
  return undefined
}
