import type { Health } from '../../labs/protocol.ts'

let asked: Promise<Health | null> | undefined

/** What the server that serves this page says of itself, asked once for all labs. Null when no lab server answers. */
export function askHealth(): Promise<Health | null> {
  asked ??= ask()
  return asked
}

/** Lets the next `askHealth` ask again. */
export function forgetHealth(): void {
  asked = undefined
}

async function ask(): Promise<Health | null> {
  try {
    const answer = await fetch(`${import.meta.env.BASE_URL.replace(/\/$/, '')}/health`, { cache: 'no-store' })
    const health = answer.ok ? await answer.json() : null
    return typeof health?.protocol === 'number' && typeof health.interpreters === 'object' ? health : null
  } catch {
    return null
  }
}
