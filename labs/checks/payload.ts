/** Bytes as languages print them. Pure. */

/** The first bytes that a text shows of a value, as far as it shows them; null where it shows none. */
export function shownBytes(text: string): Uint8Array | null {
  const node = /<Buffer((?: [0-9a-f]{2})*)/.exec(text)
  if (node) return Uint8Array.from((node[1] ?? '').trim().split(' ').filter(Boolean), (hex) => Number.parseInt(hex, 16))
  const python = /\bb'((?:[^'\\]|\\.)*)'|\bb"((?:[^"\\]|\\.)*)"/.exec(text)
  if (python) return pythonBytes(python[1] ?? python[2] ?? '')
  const quoted = /^'((?:[^'\\]|\\.)*)'/.exec(text)
  return quoted ? nodeText(quoted[1] ?? '') : null
}

/** Whether a text shows other bytes than these, at the beginning. */
export function contradicts(text: string | null, bytes: Uint8Array): boolean {
  const shown = text === null ? null : shownBytes(text)
  if (shown === null) return false
  const length = Math.min(shown.length, bytes.length)
  for (let at = 0; at < length; at++) if (shown[at] !== bytes[at]) return true
  return false
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '\\': 92, "'": 39, '"': 34 }

function pythonBytes(inner: string): Uint8Array {
  const bytes: number[] = []
  for (const [, hex, escaped, plain] of inner.matchAll(/\\x([0-9a-f]{2})|\\(.)|([^\\])/gs)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16))
    else bytes.push(escaped === undefined ? (plain ?? '').charCodeAt(0) : (ESCAPES[escaped] ?? 0))
  }
  return Uint8Array.from(bytes)
}

/** A text is sent as UTF-8, where nothing else is said; only as far as it is plain ASCII, it is the same in any case. */
function nodeText(inner: string): Uint8Array {
  const [ascii = ''] = /^[ -[\]-~]*/.exec(inner) ?? []
  return Uint8Array.from(ascii, (character) => character.charCodeAt(0))
}
