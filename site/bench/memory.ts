/** A bench is remembered for this long after its page was left, in ms; the bench itself may be gone sooner. */
const WORTH = 60_000

/**
 * How long a bench is waited for that another page of the browser holds, in ms. A page that is loaded again overlaps with its old
 * self, which on a busy machine takes its time to go; any other that holds the bench is most likely there to stay.
 */
const CLAIM_WITHIN = { reload: 5000, otherwise: 600 }

/** What a tab remembers of the bench it has at one lab, and its right to it. */
export interface BenchMemory {
  /** The bench this tab had here, if it may still be there. */
  recall(): string | null
  keep(bench: string): void
  /** The page is being left; the bench is worth asking for only for a while from now. */
  leaving(): void
  forget(): void
  /**
   * Holds the bench for this page. Null when another tab holds it: a duplicated tab copies what this one remembers.
   * @returns the undo, which releases it.
   */
  claim(bench: string): Promise<(() => void) | null>
}

/** Remembers in sessionStorage, per tab and lab, and holds a Web Lock. Where the browser has neither, it does without. */
export function tabMemory(lab: string): BenchMemory {
  const key = `bench:${lab}`
  const write = (value: { bench: string; left?: number } | null) => {
    try {
      if (value === null) sessionStorage.removeItem(key)
      else sessionStorage.setItem(key, JSON.stringify(value))
    } catch {
      // Storage is switched off: a reload begins anew.
    }
  }
  const read = (): { bench: string; left?: number } | null => {
    try {
      const value = JSON.parse(sessionStorage.getItem(key) ?? 'null')
      return typeof value?.bench === 'string' ? value : null
    } catch {
      return null
    }
  }
  return {
    recall() {
      const kept = read()
      if (kept === null) return null
      return kept.left !== undefined && Date.now() - kept.left > WORTH ? null : kept.bench
    },
    keep: (bench) => write({ bench }),
    leaving() {
      const kept = read()
      if (kept) write({ ...kept, left: Date.now() })
    },
    forget: () => write(null),
    claim,
  }
}

function claim(bench: string): Promise<(() => void) | null> {
  // Absent on addresses that are neither https nor loopback.
  if (navigator.locks === undefined) return Promise.resolve(() => {})
  const [entry] = performance.getEntriesByType('navigation')
  const isReload = entry instanceof PerformanceNavigationTiming && entry.type === 'reload'
  const within = isReload ? CLAIM_WITHIN.reload : CLAIM_WITHIN.otherwise
  return new Promise((resolve) => {
    const held = () => new Promise<void>((release) => resolve(release))
    navigator.locks
      .request(`bench-${bench}`, { signal: AbortSignal.timeout(within) }, held)
      .catch((error: DOMException) => resolve(error.name === 'TimeoutError' ? null : () => {}))
  })
}
