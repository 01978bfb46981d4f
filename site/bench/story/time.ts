/** Times as they are told: how long nothing happened, and when something did. Pure. */
import { say, type Voice } from './wording.ts'

/** A time in which nothing happened. */
export interface Pause {
  readonly ns: number
  /** `4.2 s pass`. */
  readonly text: string
  /** The same where the picture cuts it short. */
  readonly cut: string
}

export function pauseText(ns: number, voice: Voice): Pause {
  const time = durationText(ns, voice)
  return { ns, text: say(voice, 'wire.pause', { time }), cut: say(voice, 'wire.cut', { time }) }
}

/** `210 ms`, `4.2 s`, `2 min 5 s`. */
export function durationText(ns: number, voice: Voice): string {
  const ms = ns / 1e6
  if (ms < 999.5) return say(voice, 'time.milliseconds', { n: tenths(ms, 10) })
  const s = ms / 1000
  if (s < 99.95) return say(voice, 'time.seconds', { n: tenths(s, 100) })
  const whole = Math.round(s)
  return say(voice, 'time.minutes', { n: Math.floor(whole / 60), s: whole % 60 })
}

/** When something happened, in seconds since the run began, to a tenth of a millisecond: `4.2137 s`. */
export function momentText(t: number, began: number, voice: Voice): string {
  return say(voice, 'time.seconds', { n: (Math.max(t - began, 0) / 1e9).toFixed(4) })
}

/** With one decimal below a bound, unless that is 0. */
function tenths(value: number, below: number): string {
  return (value < below ? value.toFixed(1) : value.toFixed(0)).replace(/\.0$/, '')
}
