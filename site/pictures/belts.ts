/** What two transports carried over one wire, as a picture of it needs it. Pure. */
import { agesOf, type Message, medianOf, messagesOf } from '../../labs/checks/messages.ts'
import type { Story } from '../../labs/checks/story.ts'

/** One message on its belt; times are ms since the first message was sent. */
export interface Piece {
  readonly number: number
  readonly sent: number
  /** Null when it never came. */
  readonly came: number | null
  /** It came later than `LATE` after it was sent. */
  readonly isLate: boolean
}

/** One transport, and what it made of the messages. */
export interface Belt {
  readonly by: Message['by']
  readonly pieces: readonly Piece[]
  readonly came: number
  /** Whole ms; 0 when nothing came. */
  readonly median: number
  readonly worst: number
}

/** So old, in ms, a message is late: three times the way. */
export const LATE = 100

/** The belts of lab 18c, UDP first, on one scale. */
export function beltsOf(story: Story): Belt[] {
  const messages = messagesOf(story, { from: 'play', to: 'watch' })
  const begin = Math.min(...messages.map(({ sent }) => sent))
  const since = (t: number) => (t - begin) / 1e6
  return (['udp', 'tcp'] as const).map((by) => {
    const own = messages.filter((one) => one.by === by)
    const ages = agesOf(own)
    return {
      by,
      pieces: own.map(({ number, sent, came }) => ({
        number,
        sent: since(sent),
        came: came === null ? null : since(came),
        isLate: came !== null && (came - sent) / 1e6 > LATE,
      })),
      came: ages.length,
      median: Math.round(medianOf(ages) ?? 0),
      worst: Math.round(ages.at(-1) ?? 0),
    }
  })
}
