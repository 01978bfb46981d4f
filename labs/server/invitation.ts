import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A key that nobody guesses. */
export function newKey(): string {
  return randomBytes(24).toString('base64url')
}

/**
 * Who was invited to one start of the server. Whoever shows the key becomes a reader and gets two values: a cookie,
 * which browsers send to every port of a machine, and a pass, which a page sends by itself. Only both together open
 * anything. Nothing is kept of readers: their values are proven by a secret, which goes with this object.
 */
export class Invitation {
  readonly #key: string
  readonly #secret = randomBytes(32)

  constructor(key: string) {
    this.#key = key
  }

  isKey(text: string): boolean {
    return isSame(text, this.#key)
  }

  /** A reader who was not here before. */
  newReader(): string {
    return randomBytes(16).toString('base64url')
  }

  /** The value of a reader's cookie. */
  cookieOf(reader: string): string {
    return `${reader}.${this.#prove('cookie', reader)}`
  }

  passOf(reader: string): string {
    return this.#prove('pass', reader)
  }

  /** The reader whose cookie this is; null for every other value. */
  readerOf(cookie: string): string | null {
    const [reader = ''] = cookie.split('.')
    return isSame(cookie, this.cookieOf(reader)) ? reader : null
  }

  isPass(reader: string, pass: string | undefined): boolean {
    return pass !== undefined && isSame(pass, this.passOf(reader))
  }

  #prove(purpose: 'cookie' | 'pass', reader: string): string {
    return createHmac('sha256', this.#secret).update(`${purpose} ${reader}`).digest('base64url')
  }
}

/** Browsers keep the cookies of all ports of a machine together, so its name carries the port. */
export function cookieName(port: number): string {
  return `both-ends-${port}`
}

/** All values a `Cookie` header has for a name: pages of other ports may have set some of their own beside ours. */
export function cookiesIn(header: string | undefined, name: string): string[] {
  return (header ?? '').split(';').flatMap((pair) => {
    const [key, ...value] = pair.split('=')
    return key?.trim() === name ? [value.join('=').trim()] : []
  })
}

/** Takes equally long however much of the two is the same. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
