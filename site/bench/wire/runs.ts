/** Runs of plain data and acknowledgements, which are told in one row. Pure. */
import type { Packet, Remark, Step, Story } from '../../../labs/checks/story.ts'

/** What went one way in a run. */
export interface Flow {
  /** The host and the program it came from; the program is null where nobody knows it. */
  readonly host: string
  readonly program: string | null
  /** The port it came from. */
  readonly port: number
  /** The number of its first packet. */
  readonly first: number
  /** Segments or datagrams that carry something. */
  readonly loaded: number
  readonly bytes: number
  /** Segments that carry nothing. */
  readonly acks: number
}

/** Many steps in a row that differ in nothing but their numbers. */
export interface Run {
  /** Stays the same while the run grows. */
  readonly key: string
  /** The places of its first and last step in the list it was found in. */
  readonly from: number
  readonly to: number
  readonly protocol: 'tcp' | 'udp'
  readonly packets: number
  /** One or two, the one with more bytes first. */
  readonly flows: readonly Flow[]
  /** How often each program called or was told what, as it writes it. */
  readonly calls: readonly { readonly program: string; readonly name: string; readonly times: number }[]
}

/** So many packets are needed; fewer are easier read one by one. */
const LEAST = 12

/** A pause that ends a run, in ns: after it something else may be going on. */
const LULL = 500e6

/** What may be said of a packet without its being worth a row of its own. */
const PLAIN: readonly Remark[] = ['duplicate-ack', 'no-checksum', 'window-update', 'out-of-order']

/** The runs among these steps, in order. `steps` are all that are shown. */
export function runsIn(steps: readonly Step[], story: Story): Run[] {
  const runs: Run[] = []
  let from = 0
  let packets = 0
  const end = (to: number) => {
    if (packets >= LEAST) runs.push(tell(steps, from, to, story))
    packets = 0
  }
  for (const [i, step] of steps.entries()) {
    const before = steps[i - 1]
    if (before && packets > 0 && step.t - before.t > LULL) end(i - 1)
    const packet = step.kind === 'packet' ? story.packets[step.packet - 1] : undefined
    if (packet && isPlain(packet, step)) {
      if (packets === 0) from = i
      packets += 1
    } else if (packets > 0 && !isPlainCall(step, story)) {
      end(i - 1)
    }
  }
  end(steps.length - 1)
  return runs
}

function isPlain({ decoded: { tcp, udp, ip }, fate, remarks }: Packet, step: Step): boolean {
  if (fate !== 'delivered' || step.states.length > 0 || ip?.fragment) return false
  if (!remarks.every((remark) => PLAIN.includes(remark))) return false
  return tcp ? tcp.flags.every((flag) => flag === 'ACK' || flag === 'PSH') : udp !== null
}

function isPlainCall(step: Step, { calls }: Story): boolean {
  if (step.kind !== 'calls' && step.kind !== 'waits' && step.kind !== 'returns') return false
  const call = calls[step.call]
  if (!call || call.error !== null || step.states.length > 0) return false
  return call.deed === 'send' || (call.deed === 'receive' && call.bytes !== 0)
}

function tell(steps: readonly Step[], from: number, end: number, story: Story): Run {
  // Calls behind the last packet are rows of their own.
  let to = end
  while (steps[to]?.kind !== 'packet') to -= 1
  const flows: { -readonly [key in keyof Flow]: Flow[key] }[] = []
  const calls = new Map<string, { program: string; name: string; times: number }>()
  let packets = 0
  let protocol: Run['protocol'] = 'udp'
  let key = ''
  for (let i = from; i <= to; i += 1) {
    const step = steps[i]
    if (step?.kind === 'packet') {
      const packet = story.packets[step.packet - 1] as Packet
      const { decoded, from: host, sender: program, number } = packet
      const port = decoded.tcp?.sourcePort ?? decoded.udp?.sourcePort ?? 0
      let flow = flows.find((one) => one.host === host && one.program === program && one.port === port)
      if (flow === undefined) {
        flow = { host, program, port, first: number, loaded: 0, bytes: 0, acks: 0 }
        flows.push(flow)
      }
      if (packets === 0) key = `run ${number}`
      packets += 1
      if (decoded.tcp) protocol = 'tcp'
      if (decoded.payload.length > 0 || decoded.udp) flow.loaded += 1
      else flow.acks += 1
      flow.bytes += decoded.payload.length
    } else if (step?.kind === 'calls' || step?.kind === 'returns') {
      const call = story.calls[step.call]
      if (!call) continue
      const name = call.event ? call.name : `${call.name}()`
      const counted = calls.get(`${call.program} ${name}`) ?? { program: call.program, name, times: 0 }
      calls.set(`${call.program} ${name}`, counted)
      counted.times += 1
    }
  }
  return {
    key,
    from,
    to,
    protocol,
    packets,
    flows: flows.sort((a, b) => b.bytes - a.bytes),
    calls: [...calls.values()].sort((a, b) => b.times - a.times),
  }
}
