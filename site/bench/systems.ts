const NAMES: Readonly<Record<string, string>> = {
  linux: 'Linux',
  darwin: 'macOS',
  win32: 'Windows',
  freebsd: 'FreeBSD',
}

/** What a system calls itself, by what Node calls it. */
export function systemName(platform: string): string {
  return Object.hasOwn(NAMES, platform) ? (NAMES[platform] ?? platform) : platform
}
