/** Who called, and how a stack looks without the tracer's own lines. */
import { getCallSites } from 'node:util'

const HERE = new URL('.', import.meta.url).href

/** How many lines of the tracer are in the stack now; for each the limit of stacks is one higher. */
let depth = 0

/** More lines of the tracer than these are never in one stack. */
const DEEPEST = 8

let main: readonly string[] = []

/** Names the file whose lines are told, by its path and its address. */
export function setMain(...names: string[]): void {
  main = names
}

/**
 * Where a function of the tracer was called: a line of the program's own file; `null` for a line of some other file that is
 * not Node's; `undefined` when Node itself called.
 * @param above how many functions of the tracer are between this one and the one in question, that one included
 */
export function callerLine(above = 1): number | null | undefined {
  const caller = getCallSites(above + 2)[above + 1]
  if (caller === undefined || caller.scriptName === '' || caller.scriptName.startsWith('node:')) return undefined
  if (main.includes(caller.scriptName)) return caller.lineNumber
  // A module of the program's, or a package: the line is the program's that leads there.
  return programLine()
}

/** The line of the program's own file that leads here; null when there is none. */
export function programLine(): number | null {
  return getCallSites(20).find(({ scriptName }) => main.includes(scriptName))?.lineNumber ?? null
}

/** Makes room in stacks for one line of the tracer. Returns what `leave` needs. */
export function enter(): number {
  const limit = Error.stackTraceLimit
  depth += 1
  Error.stackTraceLimit = limit + 1
  return limit
}

/** To be called when the function that entered is left, however. What the program has set meanwhile stays. */
export function leave(limit: number): void {
  depth -= 1
  if (Error.stackTraceLimit === limit + 1) Error.stackTraceLimit = limit
}

interface Replaced {
  readonly object: object
  readonly name: PropertyKey
  readonly before: PropertyDescriptor | undefined
  readonly after: PropertyDescriptor
}

const replaced: Replaced[] = []

/** Puts something in the place of a property, and remembers what was there. */
export function replace(object: object, name: PropertyKey, after: PropertyDescriptor): void {
  replaced.push({ object, name, before: Object.getOwnPropertyDescriptor(object, name), after })
  Object.defineProperty(object, name, after)
}

/** The same for a property of a single object, which is not kept alive by it. */
export function replaceOn(object: object, name: PropertyKey, before: unknown, after: unknown): void {
  for (const one of single) if (one.object.deref() === undefined) single.delete(one)
  single.add({ object: new WeakRef(object), name, before, after })
  Object.defineProperty(object, name, { configurable: true, enumerable: true, writable: true, value: after })
}

const single = new Set<{ object: WeakRef<object>; name: PropertyKey; before: unknown; after: unknown }>()

/** From now on, stacks show no line of the tracer. */
export function concealTracer(): void {
  const format = Error.prepareStackTrace as (error: Error, sites: NodeJS.CallSite[]) => unknown
  const prepareStackTrace = (error: Error, sites: NodeJS.CallSite[]) => {
    const shown = sites.filter((site) => !site.getFileName()?.startsWith(HERE))
    const limit = Error.stackTraceLimit - depth
    if (shown.length > limit && shown.length <= limit + DEEPEST) shown.length = limit
    return shown.some(isNode) ? asItWas(() => format(error, shown)) : format(error, shown)
  }
  Object.defineProperty(prepareStackTrace, 'name', { value: format.name })
  Object.defineProperty(Error, 'prepareStackTrace', {
    ...Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace'),
    value: prepareStackTrace,
  })
}

function isNode(site: NodeJS.CallSite): boolean {
  return site.getFileName()?.startsWith('node:') ?? false
}

/** A function without a name is shown under the name of the property in which it is found: it must be there for that. */
function asItWas<T>(format: () => T): T {
  for (const { object, name, before } of replaced) {
    if (before === undefined) Reflect.deleteProperty(object, name)
    else Object.defineProperty(object, name, before)
  }
  for (const { object, name, before } of single) swap(object.deref(), name, before)
  try {
    return format()
  } finally {
    for (const { object, name, after } of replaced) Object.defineProperty(object, name, after)
    for (const { object, name, after } of single) swap(object.deref(), name, after)
  }
}

function swap(object: object | undefined, name: PropertyKey, value: unknown): void {
  if (object && Object.hasOwn(object, name)) Object.defineProperty(object, name, { value })
}
