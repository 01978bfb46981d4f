import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Entered } from '../protocol.ts'
import type { Invitation } from './invitation.ts'

/** The longest body that is read, in bytes: a key is short. */
const LONGEST = 1024

/** What a page is answered that shows a wrong key. */
const WRONG_KEY =
  'This key is not the one of this start of the course. Open the link that was printed when the course was started last.\n'

/**
 * Lets a page enter that shows the key: it gets a cookie and a pass. One that has a reader's cookie already stays that
 * reader.
 * @param reader whose cookie the request carries, or null
 * @param cookie the cookie's name
 */
export async function answerEntering(
  request: IncomingMessage,
  response: ServerResponse,
  { invitation, reader, cookie }: { invitation: Invitation; reader: string | null; cookie: string },
): Promise<void> {
  const key = await readKey(request)
  if (key === null) return refuse(response, 400, 'The body must be `{ "key": "…" }`.\n')
  if (!invitation.isKey(key)) return refuse(response, 403, WRONG_KEY)
  const who = reader ?? invitation.newReader()
  const entered: Entered = { pass: invitation.passOf(who) }
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'Set-Cookie': `${cookie}=${invitation.cookieOf(who)}; Path=/; HttpOnly; SameSite=Strict`,
  })
  response.end(JSON.stringify(entered))
}

/** Answers with a sentence, and reads nothing more of a request that goes on. */
export function refuse(response: ServerResponse, status: number, sentence: string, more: object = {}): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...more,
  })
  response.end(sentence)
}

async function readKey(request: IncomingMessage): Promise<string | null> {
  let body = ''
  try {
    for await (const piece of request.setEncoding('utf8')) {
      body += piece
      if (body.length > LONGEST) return null
    }
    const { key } = JSON.parse(body)
    return typeof key === 'string' ? key : null
  } catch {
    // It broke off, or is no JSON, or says `null`.
    return null
  }
}
