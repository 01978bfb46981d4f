/**
 * The shape of a run: what is the same whenever a lab is run. Without times, ports that the kernel chose, the order of
 * what nobody ordered, and how often the kernel acknowledged. A lab may say what else may vary. Pure.
 */

import type { BenchEvent } from '../events.ts'
import type { Aspect, Lab } from '../lab.ts'
import { isView } from '../views.ts'
import type { Call, Conversation, Packet, Story } from './story.ts'
import { tellLatest } from './tell.ts'

/** By what it is of, `calls of send`: one line for each thing that happened. */
export type Shape = ReadonlyMap<string, readonly string[]>

/** The shape of the latest run of a lab. */
export function shapeOf(lab: Lab, events: readonly BenchEvent[]): Shape {
  const story = tellLatest(lab, events)
  const parts: [aspect: Aspect, name: string, lines: readonly string[]][] = []
  for (const { name } of [...lab.programs, ...lab.views]) {
    const exits = events.flatMap((event) =>
      event.kind === 'exited' && event.program === name ? [exitLine(event)] : [],
    )
    parts.push(['exits', `exit of ${name}`, exits])
    if (!isView(name)) parts.push(['output', `output of ${name}`, outputLines(events, name)])
    if (story) parts.push(['calls', `calls of ${name}`, callLines(story, name)])
    if (story) parts.push(['states', `states of ${name}`, stateLines(story, name, lab.varies.includes('ends'))])
  }
  for (const conversation of story?.conversations ?? []) {
    if (!story || conversation.background) continue
    const packets = conversation.packets.flatMap((number) => story.packets[number - 1] ?? [])
    const name = nameOf(conversation, packets)
    parts.push(['packets', name, packetLines(conversation, packets)])
    parts.push(['fates', `fate of ${name}`, fatesOf(packets)])
    if (conversation.protocol === 'tcp') parts.push(['ends', `end of ${name}`, endLines(packets)])
  }
  if (story) parts.push(['packets', 'ICMP', icmpLines(story)])
  const shape = new Map<string, string[]>()
  for (const [aspect, name, lines] of parts) {
    if (lines.length > 0 && !lab.varies.includes(aspect)) shape.set(name, [...(shape.get(name) ?? []), ...lines])
  }
  return shape
}

/** Where two shapes are not the same, in words for whoever records a lab; empty where they are. */
export function differences(before: Shape, after: Shape): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [was, is] = [before.get(name) ?? [], after.get(name) ?? []]
    const place = was.findIndex((line, index) => line !== is[index])
    const at = place < 0 && is.length > was.length ? was.length : place
    return at < 0 ? [] : [`${name}, ${at + 1}: ${is[at] ?? 'nothing'} (it was: ${was[at] ?? 'nothing'})`]
  })
}

type Exited = Extract<BenchEvent, { kind: 'exited' }>

function exitLine({ code, signal, stopped }: Exited): string {
  return `${signal ?? `code ${code}`}${stopped ? ', stopped' : ''}`
}

/** The lines that a program printed; in place of times, and of ports that the kernel chose, stands `…`. */
function outputLines(events: readonly BenchEvent[], program: string): string[] {
  const decoder = new TextDecoder()
  const pieces = events.flatMap((event) => (event.kind === 'output' && event.program === program ? [event.bytes] : []))
  const text = pieces.map((bytes) => decoder.decode(bytes, { stream: true })).join('') + decoder.decode()
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) =>
    line.replace(TIME, '… $1').replace(/\d+/g, (number) => (isChosen(Number(number)) ? '…' : number)),
  )
}

const TIME = /\d+(?:\.\d+)?\s?((?:m|µ|n)?s\b|(?:milli|micro)?seconds?\b|毫秒|秒)/g

/** Whether a kernel chose this port: Linux takes them from here where nobody says otherwise. */
function isChosen(port: number): boolean {
  return port >= 32_768 && port <= 60_999
}

/** What a program did, line by line; the same thing done again at once is one, with all of its bytes. */
function callLines({ calls }: Story, program: string): string[] {
  const own = calls.filter((call) => call.program === program)
  const merged: { readonly call: Call; bytes: number | null }[] = []
  for (const call of own) {
    const last = merged.at(-1)
    if (last && isAgain(last.call, call)) last.bytes = last.bytes === null ? call.bytes : last.bytes + (call.bytes ?? 0)
    else merged.push({ call, bytes: call.bytes })
  }
  return merged.map(({ call, bytes }) => {
    const what = `line ${call.line ?? '?'}: ${call.name}`
    const outcome = call.error ?? (call.ended === null ? 'never came back' : bytes === null ? null : `${bytes} bytes`)
    return outcome === null ? what : `${what} → ${outcome}`
  })
}

function isAgain(before: Call, call: Call): boolean {
  const same = before.line === call.line && before.name === call.name && before.deed === call.deed
  return same && before.error === call.error && before.ended !== null && call.ended !== null
}

/**
 * The states that the sockets of a program went through, each in a line. Whether the other end acknowledges a FIN before it
 * sends its own, or with it, is a matter of moments.
 */
function stateLines(story: Story, program: string, endsVary: boolean): string[] {
  const courses = new Map<string, string[]>()
  for (const { states } of story.steps) {
    for (const change of states) {
      if (change.program !== program) continue
      const course = courses.get(change.socket) ?? [change.from]
      const before = change.to === 'TIME-WAIT' && course.at(-1) === 'FIN-WAIT-2' ? course.slice(0, -1) : course
      courses.set(change.socket, [...before, change.to])
    }
  }
  const lines = [...courses.values()].map((course) => {
    const established = course.indexOf('ESTABLISHED')
    return (endsVary && established >= 0 ? course.slice(0, established + 1) : course).join(' → ')
  })
  return lines.sort()
}

/** Who talks to whom: programs where they are known, else ports that nobody chose. */
function nameOf({ protocol, ends }: Conversation, packets: readonly Packet[]): string {
  const [first] = packets
  const names = ends.map(({ port }, end) => {
    const program = end === 0 ? first?.sender : first?.receiver
    return program ?? (isChosen(port) ? 'nobody' : `port ${port}`)
  })
  return `${protocol} ${names.join(' to ')}`
}

/** What went each way: how it began, and what was carried. */
function packetLines(conversation: Conversation, packets: readonly Packet[]): string[] {
  return conversation.ends.map((end, index) => {
    const own = packets.filter((packet) => isFrom(packet, end, index))
    const said = conversation.protocol === 'tcp' ? streamOf(own) : datagramsOf(own)
    return `${index === 0 ? '→' : '←'} ${said.join(', ') || 'nothing'}`
  })
}

function isFrom({ decoded }: Packet, { address, port }: Conversation['ends'][0], index: number): boolean {
  const source = decoded.tcp?.sourcePort ?? decoded.udp?.sourcePort
  // What has no ports of its own, a fragment, goes with the end that sent first.
  return source === undefined ? index === 0 : source === port && decoded.ip?.source === address
}

function streamOf(packets: readonly Packet[]): string[] {
  const opens = packets.some(({ decoded }) => decoded.tcp?.flags.includes('SYN'))
  const bytes = Math.max(0, ...packets.map(({ range }) => range?.to ?? 0))
  return [...(opens ? ['SYN'] : []), ...(bytes > 0 ? [`${bytes} bytes`] : [])]
}

function datagramsOf(packets: readonly Packet[]): string[] {
  const own = packets.filter(({ fate, decoded }) => fate !== 'copy' && decoded.icmp === null)
  return own.map(({ decoded }) => `${decoded.payload.length} bytes`)
}

/** What happened to frames of a wire besides being delivered, and that something was sent again for it; not how often. */
function fatesOf(packets: readonly Packet[]): string[] {
  const onWire = packets.filter(({ wire }) => wire !== null)
  const fates = onWire.map(({ fate }) => fate).filter((fate) => fate !== 'delivered')
  const again = onWire.some(({ remarks }) => remarks.includes('retransmission')) ? ['sent again'] : []
  return [...new Set([...fates, ...again])].sort()
}

/** How a connection ended: who sent FIN, and who RST, in this order. */
function endLines(packets: readonly Packet[]): string[] {
  const byTime = [...packets].sort((one, other) => one.t - other.t)
  const said = byTime.flatMap(({ decoded, sender, from }) => {
    const flag = (['FIN', 'RST'] as const).find((one) => decoded.tcp?.flags.includes(one))
    return flag ? [`${flag} of ${sender ?? from}`] : []
  })
  return [...new Set(said)]
}

function icmpLines({ packets }: Story): string[] {
  const told = packets.flatMap(({ decoded: { icmp }, from, to }) =>
    icmp ? [`${icmp.name ?? icmp.type}, ${from} to ${to}`] : [],
  )
  return [...new Set(told)].sort()
}
