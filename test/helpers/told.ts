/** A story as text, one line for each step: what a test compares, and what a person can read. */
import type { Call, Packet, Step, Story } from '../../labs/checks/story.ts'

/** All steps, each as `at program what`. */
export function told(story: Story): string[] {
  return story.steps.map((step) => `${step.at} ${words(story, step)}`)
}

/** One step without its place: `client connect() waits`, `SYN client>server`. */
export function words(story: Story, step: Step): string {
  const states = step.states.map(({ program, from, to, derived }) => `${program} ${from}>${to}${derived ? '~' : ''}`)
  const tail = states.length > 0 ? ` [${states.join(', ')}]` : ''
  return `${matter(story, step)}${tail}`
}

function matter(story: Story, step: Step): string {
  switch (step.kind) {
    case 'starts':
    case 'ends':
      return `${step.program} ${step.kind}`
    case 'calls':
    case 'waits':
    case 'returns':
      return `${step.program} ${call(story.calls[step.call] as Call)}${step.kind === 'calls' ? '' : ` ${step.kind}`}`
    case 'holds':
      return `${step.program} held before ${step.name}${step.event ? '' : '()'}`
    case 'packet':
      return packet(story.packets[step.packet - 1] as Packet)
    case 'faults':
      return `faults of wire ${step.wire}`
    case 'seed':
      return `seed ${step.seed}`
    case 'gap':
      return `${step.count} ${step.what} missing`
  }
}

function call({ name, event }: Call): string {
  return event ? name : `${name}()`
}

/** A packet's kind and ends, and what is remarkable. */
export function packet({
  decoded,
  sender,
  receiver,
  from,
  to,
  remarks,
  fate,
  sequence,
  acknowledgment,
}: Packet): string {
  const { tcp, udp, icmp, arp, payload } = decoded
  const numbers = tcp ? ` ${sequence}/${acknowledgment}` : ''
  const kind = tcp ? tcp.flags.join() : udp ? 'UDP' : icmp ? `ICMP ${icmp.name}` : arp ? 'ARP' : 'IP'
  const load = payload.length > 0 && !icmp ? ` +${payload.length}` : ''
  const notes = remarks.filter((remark) => remark !== 'no-checksum')
  const fated = fate === 'delivered' ? '' : ` ${fate}`
  return `${kind}${numbers}${load} ${sender ?? from}>${receiver ?? to}${fated}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`
}
