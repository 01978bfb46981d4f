/** Nanoseconds since a bench was opened, on the machine's monotonic clock; exact for 104 days. */
export type Clock = () => number

/** Starts a clock that reads 0 at this time of the machine's monotonic clock; now, when nothing is said. */
export function startClock(zero = process.hrtime.bigint()): Clock {
  return () => Number(process.hrtime.bigint() - zero)
}
