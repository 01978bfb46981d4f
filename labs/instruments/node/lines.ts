/** The lines that are told, as `told.ts` reads them. */
import type { Deed, Endpoint } from '../../events.ts'
import type { State } from './states.ts'
import { stringify, tell, tellAtOnce } from './teller.ts'

/** What a call or an event gave; see `Outcome`. `accepted` is JSON. */
export interface Came {
  readonly value?: string | null
  readonly error?: string | null
  readonly bytes?: number | null
  readonly offset?: number | null
  readonly peer?: Endpoint | null
  readonly accepted?: string | null
}

/** A call that has begun. */
export interface Begun {
  readonly call: number
  readonly line: number | null
  readonly bytes: number | null
  readonly offset: number | null
}

export function tellCall(at: bigint, name: string, deed: Deed, args: string, state: State | null, begun: Begun): void {
  const { call, line, bytes, offset } = begun
  const what = `"call":${call},"name":"${name}","deed":"${deed}","args":${stringify(args)}`
  const where = `"line":${line},"socket":${state?.told ?? null}`
  tell(`{"kind":"call","t":${at},${what}${number('bytes', bytes)}${number('offset', offset)},${where}}\n`, at)
}

/** What is about to be called, or (`args` null) told, and is held. @returns whether it could be told */
export function tellHeld(
  at: bigint,
  held: { readonly name: string; readonly deed: Deed; readonly args: string | null; readonly line: number | null },
  state: State | null,
): boolean {
  const { name, deed, args, line } = held
  const what = `"name":"${name}","deed":"${deed}","args":${stringify(args)}`
  return tellAtOnce(`{"kind":"held","t":${at},${what},"line":${line},"socket":${state?.told ?? null}}\n`, at)
}

export function tellReturn(at: bigint, { call, line }: Begun, state: State | null, came: Came): void {
  const where = `"line":${line},"socket":${state?.told ?? null}`
  tell(`{"kind":"return","t":${at},"call":${call}${outcome(came)},${where}}\n`, at)
}

export function tellArmed(at: bigint, event: string, awaited: boolean, line: number | null, state: State): void {
  tell(`{"kind":"armed","t":${at},"event":"${event}","awaited":${awaited},"line":${line},"socket":${state.told}}\n`, at)
}

export function tellHeard(at: bigint, event: string, deed: Deed, line: number | null, state: State, came: Came): void {
  const what = `"event":"${event}","deed":"${deed}"${outcome(came)}`
  tell(`{"kind":"heard","t":${at},${what},"line":${line},"socket":${state.told}}\n`, at)
}

/** What is null is left out. */
function outcome({ value, error, bytes, offset, peer, accepted }: Came): string {
  const partner = peer ? `,"peer":${stringify(peer)}` : ''
  const made = accepted ? `,"accepted":${accepted}` : ''
  return `${text('value', value)}${text('error', error)}${number('bytes', bytes)}${number('offset', offset)}${partner}${made}`
}

function number(name: string, value: number | null | undefined): string {
  return value === null || value === undefined ? '' : `,"${name}":${value}`
}

function text(name: string, value: string | null | undefined): string {
  return value === null || value === undefined ? '' : `,"${name}":${stringify(value)}`
}
