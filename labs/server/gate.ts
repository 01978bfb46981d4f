/** Who may come in: pure decisions about a request's headers. */

/** The headers a decision is made by, as the request carries them. */
export interface Asking {
  readonly host: string | undefined
  readonly origin: string | undefined
}

/**
 * The names under which this server may be spoken to: itself on the loopback address, and nothing that DNS answers.
 * Browsers leave the port out when it is 80.
 */
export function allowedHosts(port: number): string[] {
  return ['127.0.0.1', 'localhost', '[::1]'].map((name) => (port === 80 ? name : `${name}:${port}`))
}

/** Whether a page may be read: `Host` is compared as an exact text, so that a name rebound by DNS is refused. */
export function mayRead({ host }: Asking, hosts: readonly string[]): boolean {
  return host !== undefined && hosts.includes(host)
}

/** Whether a bench may be opened: as `mayRead`, and `Origin` must be exactly this server's own; absent or null is not. */
export function mayOpen(asking: Asking, hosts: readonly string[]): boolean {
  return mayRead(asking, hosts) && asking.origin === `http://${asking.host}`
}
