import { createHash } from 'node:crypto'

/** What every answer says of itself, whatever it is. */
export const ALWAYS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // Pages have their own.
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
} as const

/** What neither a page nor whoever is able to write into it may do. */
const NEVER = "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * What a built page may load: its own files, the inline scripts of these hashes, and its own server, whose WebSocket
 * `'self'` covers. Inline styles are needed: xterm writes them, and so does highlighted code.
 */
export function policyOfPages(hashes: readonly string[]): string {
  const scripts = ["'self'", ...hashes.map((hash) => `'${hash}'`)].join(' ')
  return [
    "default-src 'none'",
    `script-src ${scripts}`,
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    NEVER,
  ].join('; ')
}

/** Where the script lies that searches; a page starts it as a worker. */
export const SEARCH_WORKER = '/pagefind/pagefind-worker.js'

/**
 * What that worker may do, by the policy of its own that a worker has: compile WebAssembly, and fetch the index. It sees no
 * page. Pages themselves may compile nothing.
 */
export const POLICY_OF_SEARCH = [
  "default-src 'none'",
  "script-src 'wasm-unsafe-eval'",
  "connect-src 'self'",
  NEVER,
].join('; ')

/** The same for pages in the making, which are full of inline scripts that no build has seen. */
export const POLICY_IN_MAKING = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "img-src 'self' data:",
  NEVER,
].join('; ')

const SCRIPT = /<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi
const IS_CODE = /^(|module|text\/javascript|application\/javascript)$/

/** The hashes of the inline scripts in a page, as a policy names them. Data in a `<script>` needs none. */
export function scriptHashes(html: string): string[] {
  return [...html.matchAll(SCRIPT)].flatMap(([, attributes = '', text = '']) => {
    const type = /\btype\s*=\s*["']?([^"'\s>]*)/i.exec(attributes)?.[1] ?? ''
    if (/(?:^|\s)src\s*=/i.test(attributes) || !IS_CODE.test(type.toLowerCase())) return []
    return [`sha256-${createHash('sha256').update(text).digest('base64')}`]
  })
}
