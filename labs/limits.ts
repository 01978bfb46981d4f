/** How much one reader, one bench and one run may have. The limits of single processes are a bench's policy. Pure. */

/** Times are in ms. */
export interface Limits {
  /** Benches at once. Each is some processes and, on the rung `own`, a network. */
  readonly benches: number
  /** Benches of one reader, so that one cannot use up all of them. */
  readonly benchesPerReader: number
  /** WebSockets at once. A page has one for each lab that runs. */
  readonly connections: number
  /** A connection must say what it wants within this time; a page says it at once. */
  readonly openWithin: number
  /** Messages of one connection: so many a second for ever, and so many at once. */
  readonly messages: { readonly perSecond: number; readonly atOnce: number }
  /** How long a bench waits for its page to come back: when it said it was leaving, and when it just vanished. */
  readonly grace: { readonly left: number; readonly vanished: number }
  /** A bench at which nothing is said and nothing is printed for so long is taken to be forgotten. */
  readonly idle: number
  /** No bench lasts longer, whatever happens at it. */
  readonly age: number
  /** What one run may print, in bytes. */
  readonly output: number
  /** The text of one program as a reader has edited it, in bytes of UTF-8. */
  readonly source: number
  /** So many frames are told by each instrument: in a second, and in one run of a lab. The others are counted. */
  readonly frames: { readonly perSecond: number; readonly perRun: number }
  /** What is kept of observations for a page that comes back, in bytes; up to twice as much while more comes. */
  readonly observations: number
}

const MINUTE = 60_000

/**
 * For one reader on their own machine: wide enough that nobody meets them who learns, and narrow enough that a page or a
 * program that has lost its way does not use up the machine.
 */
export const HOME_LIMITS: Limits = {
  // Sixteen thousand processes and a quarter of a gigabyte of holders at the very worst.
  benches: 64,
  // Four lessons with eight running labs each.
  benchesPerReader: 32,
  // Benches, and as many pages again that return to theirs before the old connection is missed.
  connections: 128,
  openWithin: 10_000,
  // A page acknowledges each piece of output; a program that prints letter by letter makes up to ten thousand a second.
  messages: { perSecond: 50_000, atOnce: 100_000 },
  // A page that is loaded again is back within a second or two; a network may be away for longer.
  grace: { left: 8000, vanished: MINUTE },
  idle: 60 * MINUTE,
  // A working day and an evening.
  age: 12 * 60 * MINUTE,
  // Half a minute of the fastest flood a page can take, and more than anybody reads.
  output: 1024 ** 3,
  // Thirty times the longest program of the course; what is longer was not written by hand.
  source: 64 * 1024,
  // Twice what a page can draw while it happens, and more than anybody looks at one by one.
  frames: { perSecond: 4000, perRun: 20_000 },
  // Two thousand frames of the largest kind; twenty thousand small ones.
  observations: 4 * 1024 ** 2,
}
