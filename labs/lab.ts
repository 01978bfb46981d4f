/** What a lab is made of. Pure: read by the server when it runs a lab and by the site when it prints one. */
import { type Network, type NetworkDefinition, readNetwork } from './network.ts'
import { isView, VIEWS, type ViewName } from './views.ts'

/** The two languages every program is written in; the value is the file's ending. */
export const LANGUAGES = ['ts', 'py'] as const
export type Language = (typeof LANGUAGES)[number]

/** Which end of the conversation a program is: the one that waits (■) or the one that begins (●). */
export type End = 'waits' | 'begins'

/** The rights a lab may give to one program, with their numbers in `linux/capability.h`. A program has none otherwise. */
export const CAPABILITIES = { net_bind_service: 10, net_raw: 13 } as const
export type Capability = keyof typeof CAPABILITIES

/** One program of a lab as its author writes it. */
export interface ProgramDefinition {
  /** Its name in this lab, and the name of its files without ending. */
  readonly name: string
  readonly end: End
  /** The lab whose folder holds the files, when they are not in this lab's own. */
  readonly from?: string
  /** Where it runs; the lab's only host, when it has one. */
  readonly host?: string
  readonly capability?: Capability
  /** How many descriptors it may have, those of its terminal among them; as many as any program, when nothing is said. */
  readonly descriptors?: number
}

/** A view of the machine itself as an author writes it, in place of a program with files. */
export interface ViewDefinition {
  readonly view: ViewName
  /** Not a host of the lab but what the benches stand on; a view of anything else there is not. */
  readonly on: 'machine'
}

/** A lab as its author writes it; the programs stand in the order in which they are to be started. */
export interface LabDefinition {
  /** How the course counts it: `8a`. */
  readonly number: string
  /** May be left out by a lab with views. */
  readonly programs?: readonly ProgramDefinition[]
  readonly views?: readonly ViewDefinition[]
  /** Hosts and wires; one host with loopback only, when nothing is said. */
  readonly network?: NetworkDefinition
  /** How much is kept of its frames; all, when nothing is said. */
  readonly frames?: FramesDefinition
  /** How much is told of what its programs call; all, when nothing is said. */
  readonly calls?: CallsDefinition
  /** What of its runs differs from run to run, by chance or by who is first, besides times and ports. */
  readonly varies?: readonly Aspect[]
}

/** What is the same in all runs of a lab, where it does not say otherwise. */
export const ASPECTS = [
  /** What programs print. */
  'output',
  'calls',
  /** Exit codes and signals. */
  'exits',
  /** What goes each way. */
  'packets',
  /** What becomes of it on a wire, and whether anything is sent again for it. */
  'fates',
  /** Whether a connection ends by FIN or by RST, and who is first. */
  'ends',
  /** Which states sockets go through. */
  'states',
] as const
export type Aspect = (typeof ASPECTS)[number]

/**
 * How much is kept of a lab's frames: all of each, at most so many `bytes` of each, only the `first` so many of each run,
 * or nothing but counters: a speed is not measured together with its observer.
 */
export type FramesDefinition = 'whole' | 'counters' | { readonly bytes?: number; readonly first?: number }

/** How many of its calls are told of each run of a program: all, or only the `first` so many; the others are counted. */
export type CallsDefinition = 'whole' | { readonly first: number }

/** How much is kept of frames: so many bytes of each, and so many frames of each run; null: of all. */
export interface Frames {
  readonly bytes: number
  readonly first: number | null
}

/** One program of a checked lab. */
export interface Program extends Required<Omit<ProgramDefinition, 'capability' | 'descriptors'>> {
  readonly capability: Capability | null
  /** Null: no limit of its own. */
  readonly descriptors: number | null
  /** The path of its file below `labs/catalog/`, for each language. */
  readonly files: Readonly<Record<Language, string>>
}

/** One view of a checked lab; at a bench it is known by its name, as a program is. */
export interface View {
  readonly name: ViewName
  readonly on: 'machine'
}

/** A checked lab; `id` is the name of its folder. */
export interface Lab {
  readonly id: string
  readonly number: string
  readonly programs: readonly Program[]
  readonly views: readonly View[]
  readonly network: Network
  /** Null: counters alone. */
  readonly frames: Frames | null
  /** So many calls of each run of a program are told; null: all. */
  readonly calls: number | null
  readonly varies: readonly Aspect[]
}

const NAME = /^[a-z][a-z0-9-]*$/
const LAB_KEYS = ['number', 'programs', 'views', 'network', 'frames', 'calls', 'varies']
const VIEW_KEYS = ['view', 'on']
const WHOLE = 65_535
const PROGRAM_KEYS = ['name', 'end', 'from', 'host', 'capability', 'descriptors']
/** Node has more than twenty for itself before the first line of a program. */
const DESCRIPTORS = { least: 32, most: 1024 }

/** Types a lab's definition for its author. It is checked by `readLab`, when the folder's name is known. */
export function defineLab(definition: LabDefinition): LabDefinition {
  return definition
}

/**
 * Checks what a `lab.ts` exports and completes it.
 * @throws {Error} naming the lab's file and what to mend, for an author's mistake.
 */
export function readLab(id: string, definition: unknown): Lab {
  const refuse = (what: string): never => {
    throw new Error(`labs/catalog/${id}/lab.ts: ${what}`)
  }
  if (!NAME.test(id)) refuse(`the folder's name \`${id}\` may have small letters, digits and hyphens only`)
  if (!isRecord(definition)) return refuse('export a lab as default: `export default defineLab({ … })`')
  for (const key of Object.keys(definition)) {
    if (!LAB_KEYS.includes(key)) refuse(`unknown key \`${key}\`; a lab has ${LAB_KEYS.join(', ')}`)
  }
  const { number, programs = [] } = definition
  if (typeof number !== 'string' || number === '') return refuse('`number` must be a text such as `8a`')
  const views = readViews(definition.views ?? [], refuse)
  if (!Array.isArray(programs) || programs.length + views.length === 0) {
    return refuse('`programs` must list at least one program, or `views` a view')
  }
  const network = readNetwork(definition.network, refuse)
  const hosts = network.hosts.map((host) => host.name)
  const names = new Set<string>()
  return {
    id,
    number,
    network,
    views,
    frames: readFrames(definition.frames, refuse),
    calls: readCalls(definition.calls, refuse),
    varies: readVaries(definition.varies ?? [], refuse),
    programs: programs.map((program: unknown) => {
      if (!isRecord(program)) return refuse('each program is `{ name, end }`')
      if (program.on !== undefined || program.view !== undefined) {
        return refuse(
          `\`${String(program.name ?? program.view)}\` stands in \`programs\` and is \`on\` the machine; programs run on ` +
            "hosts only, and what looks at the machine is a view: `views: [{ view: 'addresses', on: 'machine' }]`",
        )
      }
      for (const key of Object.keys(program)) {
        if (!PROGRAM_KEYS.includes(key)) {
          refuse(`unknown key \`${key}\` in a program; it has ${PROGRAM_KEYS.join(', ')}`)
        }
      }
      const { name, end, from = id, host = hosts.length === 1 ? hosts[0] : undefined, capability = null } = program
      if (typeof name !== 'string' || !NAME.test(name)) {
        return refuse(`a program's name is \`${String(name)}\`; use small letters, digits and hyphens`)
      }
      if (names.has(name)) refuse(`two programs are named \`${name}\``)
      if (views.some((view) => view.name === name)) refuse(`a program and a view are both named \`${name}\``)
      names.add(name)
      if (end !== 'waits' && end !== 'begins') {
        return refuse(`\`end\` of \`${name}\` is \`${String(end)}\`; it must be 'waits' or 'begins'`)
      }
      if (typeof from !== 'string' || !NAME.test(from)) return refuse(`\`from\` of \`${name}\` must name a lab`)
      if (typeof host !== 'string' || !hosts.includes(host)) {
        return refuse(`\`host\` of \`${name}\` is \`${String(host)}\`; it must be one of ${hosts.join(', ')}`)
      }
      if (!isCapability(capability)) {
        const known = Object.keys(CAPABILITIES).join(', ')
        return refuse(`\`capability\` of \`${name}\` is \`${String(capability)}\`; a lab may give ${known}`)
      }
      const { descriptors = null } = program
      if (!isDescriptors(descriptors)) {
        const range = `a whole number from ${DESCRIPTORS.least} to ${DESCRIPTORS.most}`
        return refuse(`\`descriptors\` of \`${name}\` is \`${String(descriptors)}\`; it must be ${range}`)
      }
      const files = { ts: `${from}/${name}.ts`, py: `${from}/${name}.py` }
      return { name, end, from, host, capability, descriptors, files }
    }),
  }
}

type Refuse = (what: string) => never

function readViews(value: unknown, refuse: Refuse): View[] {
  if (!Array.isArray(value)) return refuse("`views` must be a list: `[{ view: 'addresses', on: 'machine' }]`")
  const names = new Set<ViewName>()
  return value.map((item: unknown) => {
    if (!isRecord(item)) return refuse("each view is `{ view: 'addresses', on: 'machine' }`")
    const { view, on } = item
    const known = `a lab may have ${VIEWS.map((name) => `\`${name}\``).join(', ')}`
    if (!isView(view)) return refuse(`there is no view \`${String(view)}\`; ${known}`)
    if (names.has(view)) refuse(`the view \`${view}\` is there twice; keep one`)
    names.add(view)
    if (on !== 'machine') {
      return refuse(
        `\`on\` of the view \`${view}\` is \`${String(on)}\`; it must be 'machine', for nothing else is viewed`,
      )
    }
    for (const key of Object.keys(item)) {
      if (!VIEW_KEYS.includes(key)) refuse(whyNotInView(view, key))
    }
    return { name: view, on }
  })
}

/** Why a view cannot have what a program may have. */
function whyNotInView(view: ViewName, key: string): string {
  const reasons: Readonly<Record<string, string>> = {
    name: 'it goes by its own name',
    from: 'it is one fixed command and has no files',
    end: 'it talks to nobody, so it is no end of a conversation',
    host: 'it shows the machine itself, which is no host of the lab',
    capability: 'it only reads, and needs no rights for that',
  }
  const reason = Object.hasOwn(reasons, key) ? reasons[key] : 'it has `view` and `on` alone'
  return `the view \`${view}\` cannot have \`${key}\`: ${reason}`
}

function readVaries(value: unknown, refuse: Refuse): Aspect[] {
  if (!Array.isArray(value)) return refuse(`\`varies\` must be a list of ${ASPECTS.join(', ')}`)
  return value.map((aspect) => {
    if (ASPECTS.includes(aspect)) return aspect
    return refuse(`\`varies\` names \`${String(aspect)}\`; a run has ${ASPECTS.join(', ')}`)
  })
}

function readFrames(value: unknown, refuse: Refuse): Frames | null {
  if (value === undefined || value === 'whole') return { bytes: WHOLE, first: null }
  if (value === 'counters') return null
  const { bytes, first, ...rest } = isRecord(value) ? value : { rest: value }
  if (Object.keys(rest).length > 0 || (bytes === undefined && first === undefined)) {
    return refuse("`frames` must be 'whole', 'counters', or `{ bytes, first }` with one of both or both")
  }
  for (const [key, number] of Object.entries({ bytes, first })) {
    if (number === undefined || (Number.isInteger(number) && Number(number) >= 1 && Number(number) <= WHOLE)) continue
    refuse(`\`frames.${key}\` is \`${String(number)}\`; it must be a whole number from 1 to ${WHOLE}`)
  }
  return { bytes: (bytes as number | undefined) ?? WHOLE, first: (first as number | undefined) ?? null }
}

function readCalls(value: unknown, refuse: Refuse): number | null {
  if (value === undefined || value === 'whole') return null
  const { first, ...rest } = isRecord(value) ? value : { first: undefined }
  if (Object.keys(rest).length > 0 || first === undefined) {
    return refuse("`calls` must be 'whole' or `{ first }`")
  }
  if (!Number.isInteger(first) || Number(first) < 1 || Number(first) > 2000) {
    return refuse(`\`calls.first\` is \`${String(first)}\`; it must be a whole number from 1 to 2000`)
  }
  return Number(first)
}

function isCapability(value: unknown): value is Capability | null {
  return value === null || (typeof value === 'string' && Object.hasOwn(CAPABILITIES, value))
}

function isDescriptors(value: unknown): value is number | null {
  if (value === null) return true
  return Number.isInteger(value) && Number(value) >= DESCRIPTORS.least && Number(value) <= DESCRIPTORS.most
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
