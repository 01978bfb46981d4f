/** What is looked up again and again in a story, gathered once for each. Pure. */
import type { Call, Packet, Story } from '../../../labs/checks/story.ts'
import type { Language } from '../../../labs/lab.ts'

export interface StoryIndex {
  /** The step of a packet, by its number; 0 for none. */
  readonly stepOfPacket: readonly number[]
  /** What a packet was answered by, by its number: the ICMP error or reset that is about it. */
  readonly answers: ReadonlyMap<number, Packet>
  /** Acknowledgements of a FIN, by their packets' numbers. */
  readonly finAcks: ReadonlySet<number>
  /** The first packet whose checksum was never computed; 0 for none. */
  readonly firstUnchecked: number
  /** The language of a program's run. */
  languageOf(call: Pick<Call, 'program' | 'run'>): Language | null
  /** Whether the socket of a call was made to listen. */
  listens(call: Pick<Call, 'program' | 'run' | 'socket'>): boolean
}

const gathered = new WeakMap<Story, StoryIndex>()

export function indexOf(story: Story): StoryIndex {
  const known = gathered.get(story)
  if (known) return known
  const made = gather(story)
  gathered.set(story, made)
  return made
}

function gather(story: Story): StoryIndex {
  const stepOfPacket = new Array<number>(story.packets.length + 1).fill(0)
  for (const step of story.steps) if (step.kind === 'packet') stepOfPacket[step.packet] = step.at
  const answers = new Map<number, Packet>()
  const finAcks = new Set<number>()
  /** What acknowledges the FIN of each sender in each conversation. */
  const fins = new Map<string, number>()
  let firstUnchecked = 0
  for (const packet of story.packets) {
    const { number, about, decoded, remarks, conversation, sequence, acknowledgment } = packet
    if (about !== null && (decoded.icmp || decoded.tcp?.flags.includes('RST'))) answers.set(about, packet)
    if (firstUnchecked === 0 && remarks.includes('no-checksum')) firstUnchecked = number
    const { ip, tcp } = decoded
    if (!tcp || !ip || conversation === null) continue
    if (tcp.flags.includes('FIN') && sequence !== null) {
      fins.set(`${conversation} ${ip.source} ${tcp.sourcePort}`, sequence + decoded.payload.length + 1)
    }
    if (fins.size === 0) continue
    const other = fins.get(`${conversation} ${ip.destination} ${tcp.destinationPort}`)
    if (other !== undefined && acknowledgment === other) finAcks.add(number)
  }
  const languages = new Map(story.acts.map((act) => [`${act.program} ${act.run}`, act.language]))
  const nameOf = ({ program, run, socket }: Pick<Call, 'program' | 'run' | 'socket'>) =>
    `${program} ${run} ${socket?.id}`
  const listeners = new Set(story.calls.filter(({ deed }) => deed === 'listen').map(nameOf))
  return {
    stepOfPacket,
    answers,
    finAcks,
    firstUnchecked,
    languageOf: ({ program, run }) => languages.get(`${program} ${run}`) ?? null,
    listens: (call) => call.socket !== null && listeners.has(nameOf(call)),
  }
}
