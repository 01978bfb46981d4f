/** What the tracer is in the middle of. */
export const within = {
  /** How many wrapped calls; what is called in them is part of them. An event's listeners are in none. */
  calls: 0,
  /** Whether a listener is being added; Node adds one that listens once by adding another. */
  asking: false,
  /** A line of the program's that awaits an event, while Node asks for it. */
  awaiting: null as { readonly event: unknown; readonly line: number | null; readonly awaited: boolean } | null,
  /** The line of a `bind` with a callback, which Node puts in a function of its own. */
  binding: undefined as number | null | undefined,
}

/** Functions that the program gave to a call, and at which line: Node asks for the event on their behalf. */
export const callbacks = new WeakMap<object, number | null>()
