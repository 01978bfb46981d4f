/**
 * The reader's right to run programs. The link that the course prints carries a key; the page shows it to the server,
 * gets a cookie and a pass for it, keeps the pass in this origin's storage, and takes the key out of the address.
 */
import { ENTER_PATH, type Entered, PASS_HEADER } from '../../labs/protocol.ts'

/** How showing the key ended: `unanswered` where no lab server serves this page, or it is gone. */
export type Entering = 'no-key' | 'entered' | 'wrong-key' | 'unanswered'

/** What a lab asks about its reader. */
export interface Invitation {
  /** Shows the key to the server, once for a page, if its address carries one. */
  enter(): Promise<Entering>
  /** What the first message to a bench must carry; null for who never entered here. */
  pass(): string | null
  /** Whether the server would let this reader run programs now; null when it does not answer. */
  isInvited(): Promise<boolean | null>
}

const STORED = 'both-ends:pass'

/** For browsers that store nothing. */
let kept: string | null = null

let entering: Promise<Entering> | undefined

/** The reader who looks at this page. */
export const invitation: Invitation = {
  enter() {
    entering ??= showKey()
    return entering
  },
  pass() {
    try {
      return localStorage.getItem(STORED) ?? kept
    } catch {
      return kept
    }
  },
  async isInvited() {
    try {
      const headers = { [PASS_HEADER]: invitation.pass() ?? '' }
      const health = await (await fetch(below('/health'), { cache: 'no-store', headers })).json()
      return typeof health?.protocol === 'number' ? health.inside !== undefined : null
    } catch {
      return null
    }
  },
}

async function showKey(): Promise<Entering> {
  const address = new URL(location.href)
  const key = address.searchParams.get('key')
  if (key === null) return 'no-key'
  const ending = await askToEnter(key)
  // A key that nobody could look at may be shown again by loading the page again.
  if (ending !== 'unanswered') {
    address.searchParams.delete('key')
    history.replaceState(history.state, '', address)
  }
  return ending
}

async function askToEnter(key: string): Promise<Entering> {
  try {
    const answer = await fetch(below(ENTER_PATH), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ key }),
    })
    if (answer.status === 403) return 'wrong-key'
    if (!answer.ok) return 'unanswered'
    const { pass }: Entered = await answer.json()
    keep(pass)
    return 'entered'
  } catch {
    return 'unanswered'
  }
}

function keep(pass: string): void {
  kept = pass
  try {
    localStorage.setItem(STORED, pass)
  } catch {
    // Storage is switched off: the pass lasts as long as this page.
  }
}

function below(path: string): string {
  return `${import.meta.env.BASE_URL.replace(/\/$/, '')}${path}`
}
