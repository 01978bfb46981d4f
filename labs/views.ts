/** Views: fixed commands that show the machine itself and change nothing. A closed list, with one command per system. Pure. */

/** A command in its own name and what it is given, as a reader would type it. */
export type ViewCommand = readonly [string, ...string[]]

/** A file of the course, by its path from the course's folder, run by the course's own Node. */
const TRY_IPV6: ViewCommand = ['node', 'labs/bench/ipv6.ts']

const COMMANDS = {
  /** The interfaces of the machine and their addresses. */
  addresses: { linux: ['ip', 'addr'], darwin: ['ifconfig'], win32: ['ipconfig'] },
  /** Tries whether this machine can speak IPv6, with sockets of its own and without a packet that leaves it. */
  ipv6: { linux: TRY_IPV6, darwin: TRY_IPV6, win32: TRY_IPV6 },
} as const satisfies Record<string, Readonly<Record<string, ViewCommand>>>

/** A view a lab may have. */
export type ViewName = keyof typeof COMMANDS

/** The names of all views. */
export const VIEWS = Object.keys(COMMANDS) as ViewName[]

/** The systems, as Node names them, on which this view has a command. */
export function systemsOf(view: ViewName): string[] {
  return Object.keys(COMMANDS[view])
}

/** The command of a view on a system, which is named as Node names it. Null where it has none. */
export function commandOf(view: ViewName, system: string): ViewCommand | null {
  const commands: Readonly<Record<string, ViewCommand>> = COMMANDS[view]
  return Object.hasOwn(commands, system) ? (commands[system] ?? null) : null
}

/** Whether a text is the name of a view. */
export function isView(name: unknown): name is ViewName {
  return typeof name === 'string' && Object.hasOwn(COMMANDS, name)
}
