/** The closed list of what can go wrong for a reader. */
import type { Language } from './lab.ts'

/** Everything that can go wrong for a reader, by name, with the values its sentence needs. */
export type Trouble =
  /** The page was not opened by the link of this start of the server. */
  | { kind: 'not-invited' }
  | { kind: 'unknown-lab'; lab: string }
  /** The lab's own definition is wrong: an author's mistake, told as it is. */
  | { kind: 'broken-lab'; lab: string; detail: string }
  | { kind: 'unknown-program'; program: string }
  | { kind: 'unknown-message'; detail: string }
  | { kind: 'other-version'; server: number; page: number }
  | { kind: 'not-opened' }
  | { kind: 'already-opened' }
  | { kind: 'opened-too-late'; seconds: number }
  | { kind: 'too-many-connections'; limit: number }
  | { kind: 'too-many-messages'; limit: number }
  | { kind: 'message-too-large'; limit: number }
  | { kind: 'too-many-benches'; limit: number }
  /** As many benches as one reader may have. */
  | { kind: 'too-many-of-yours'; limit: number }
  /** The server was started so that it runs no programs. */
  | { kind: 'nothing-runs' }
  | { kind: 'no-network'; detail: string }
  | { kind: 'already-running'; program: string }
  | { kind: 'not-running'; program: string }
  | { kind: 'no-interpreter'; language: Language }
  | { kind: 'file-missing'; file: string }
  /** A program's edited text is longer than it may be, counted in bytes of UTF-8. */
  | { kind: 'source-too-large'; program: string; bytes: number; limit: number }
  /** A line of a program's edited text has half of a surrogate pair, which is no character and cannot be written. */
  | { kind: 'source-not-text'; program: string; line: number }
  | { kind: 'cannot-start'; program: string; detail: string }
  | { kind: 'never-ready'; program: string; seconds: number }
  | { kind: 'ended-before-ready'; program: string }
  | { kind: 'input-full'; program: string; bytes: number }
  /** A run lasted longer than it may, and is stopped. */
  | { kind: 'too-long'; program: string; seconds: number }
  /** A run printed more than a run may, and is stopped. */
  | { kind: 'too-much-output'; program: string; megabytes: number }
  /** Its calls are not told here, so it cannot be held before them. */
  | { kind: 'cannot-hold'; program: string }
  /** The port a program wanted is held by a program of another bench, whose page is open. */
  | { kind: 'port-held'; program: string; port: number; lab: string; holder: string }
  /** It was held by a bench whose page is gone, which has been ended. */
  | { kind: 'port-freed'; program: string; port: number; lab: string; holder: string }
  /** It is held by a process that is no bench's. */
  | { kind: 'port-taken'; program: string; port: number; holder: string }

/** The closed list of troubles; the interface strings must word each one. */
export const TROUBLES = [
  'not-invited',
  'unknown-lab',
  'broken-lab',
  'unknown-program',
  'unknown-message',
  'other-version',
  'not-opened',
  'already-opened',
  'opened-too-late',
  'too-many-connections',
  'too-many-messages',
  'message-too-large',
  'too-many-benches',
  'too-many-of-yours',
  'nothing-runs',
  'no-network',
  'already-running',
  'not-running',
  'no-interpreter',
  'file-missing',
  'source-too-large',
  'source-not-text',
  'cannot-start',
  'never-ready',
  'ended-before-ready',
  'input-full',
  'too-long',
  'too-much-output',
  'cannot-hold',
  'port-held',
  'port-freed',
  'port-taken',
] as const satisfies readonly Trouble['kind'][]
