import { ENTER_PATH, type Entered, type Health, type Inside, PASS_HEADER } from '../../labs/protocol.ts'

/** What a browser has that was invited: its cookie, as it is sent, and its pass. */
export interface Reader {
  readonly cookie: string
  readonly pass: string
}

/** The keys of the servers that tests have started, by port. */
const keys = new Map<number, string>()

/** Lets `enter` open this server. */
export function knowKey(port: number, key: string): void {
  keys.set(port, key)
}

/** The key of a server that was started by a helper. @throws {Error} when it is not known. */
export function keyOf(port: number): string {
  const key = keys.get(port)
  if (key === undefined) throw new Error(`Nobody has told the key of the server at port ${port}.`)
  return key
}

/** Asks to enter, as a page of the server would; with the right key and no cookie, when nothing else is said. */
export function askToEnter(
  port: number,
  { key = keyOf(port), cookie }: { key?: unknown; cookie?: string } = {},
): Promise<Response> {
  const own = `http://127.0.0.1:${port}`
  return fetch(`${own}${ENTER_PATH}`, {
    method: 'POST',
    headers: {
      Origin: own,
      Connection: 'close',
      'Content-Type': 'application/json',
      ...(cookie && { Cookie: cookie }),
    },
    body: JSON.stringify({ key }),
  })
}

/** Enters as a reader who was not here before. */
export async function enter(port: number): Promise<Reader> {
  const answer = await askToEnter(port)
  if (answer.status !== 200) throw new Error(`Entering was answered with ${answer.status}: ${await answer.text()}`)
  const { pass }: Entered = await answer.json()
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  return { cookie, pass }
}

/** What the server tells of itself, to a reader or to anybody. */
export async function healthOf(port: number, who: Partial<Reader> = {}): Promise<Health> {
  const own = { ...(who.cookie && { Cookie: who.cookie }), ...(who.pass && { [PASS_HEADER]: who.pass }) }
  const headers = { Connection: 'close', ...own }
  return (await fetch(`http://127.0.0.1:${port}/health`, { headers })).json()
}

/** What there is inside the server, as a reader of its own is told. */
export async function insideOf(port: number): Promise<Inside> {
  const { inside } = await healthOf(port, await enter(port))
  if (inside === undefined) throw new Error('The server tells this reader nothing.')
  return inside
}
