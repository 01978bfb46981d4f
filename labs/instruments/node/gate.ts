/** Holds the program before a call, or before it is told of an event, for as long as a reader wants to look: see `gate.py`. */
import fs from 'node:fs'
import type { Deed } from '../../events.ts'
import { tellHeld } from './lines.ts'
import type { State } from './states.ts'
import { now } from './teller.ts'

const { closeSync, existsSync, openSync, readSync } = fs
const { O_RDWR } = fs.constants

/** A descriptor so high is not one that the program's next socket would get. */
const HIGH = 200

let channel: string | null = null
let descriptor: number | null = null
const byte = new Uint8Array(1)

/** What the gate stands beside: a file of this name and `.hold` says that it is shut, a FIFO `.go` lets one through. */
export function standGate(path: string): void {
  channel = path
}

/** Opens a file where no program looks: as high as `HIGH`, or as high as this process may. */
export function openHigh(path: string, flags: number): number {
  const fillers: number[] = []
  try {
    while ((fillers.at(-1) ?? 0) < HIGH - 1) fillers.push(openSync('/dev/null', 'r'))
  } catch {
    const highest = fillers.pop()
    if (highest !== undefined) closeSync(highest)
  }
  try {
    return openSync(path, flags)
  } finally {
    for (const filler of fillers) closeSync(filler)
  }
}

/** What is about to happen; `args` null for an event. */
export interface Coming {
  readonly name: string
  readonly deed: Deed
  readonly args: (() => string) | null
  readonly line: number | null
}

/** Waits while the gate is shut, until this one is let through. The event loop stands still meanwhile. */
export function waitAtGate(coming: Coming, state: State | null): void {
  if (channel === null || !existsSync(`${channel}.hold`)) return
  try {
    descriptor ??= openHigh(`${channel}.go`, O_RDWR)
    // Of what nobody is told, nobody can let go.
    if (tellHeld(now(), { ...coming, args: coming.args?.() ?? null }, state)) readSync(descriptor, byte)
  } catch {
    // The program has closed what it did not open, or the channel is gone: nothing is held any more.
    channel = null
  }
}
