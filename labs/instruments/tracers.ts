import { join } from 'node:path'
import type { Language } from '../lab.ts'

/** Where the tracers are, which run inside programs. */
export const TRACERS = import.meta.dirname

/** The files that a program's runtime must be able to read, so that its calls are told. */
export const TRACER_FILES: Readonly<Record<Language, readonly string[]>> = {
  py: ['sitecustomize', 'calls', 'conceal', 'gate', 'states', 'teller', 'text'].map((name) =>
    join(TRACERS, 'python', `${name}.py`),
  ),
  ts: [
    'begin',
    'call',
    'datagrams',
    'deeds',
    'gate',
    'lines',
    'listeners',
    'stack',
    'states',
    'teller',
    'text',
    'within',
    'wrap',
  ].map((name) => join(TRACERS, 'node', `${name}.ts`)),
}

/** The variable by which a tracer finds its channel. It takes it out of the environment before the program begins. */
const CHANNEL = 'BOTH_ENDS_CALLS'

/**
 * What is added to the environment of a program, so that its runtime starts the tracer before it.
 * @param channel the path at which the program finds its channel
 * @param before the environment as it is without a tracer, which restores it
 */
export function tracerEnvironment(
  language: Language,
  channel: string,
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  const [first = ''] = TRACER_FILES[language]
  if (language === 'py') return { [CHANNEL]: channel, PYTHONPATH: join(TRACERS, 'python') }
  // Node reads these words as a shell would, and knows of one escape.
  const file = `"${first.replaceAll(/["\\]/g, '\\$&')}"`
  return { [CHANNEL]: channel, NODE_OPTIONS: `${before.NODE_OPTIONS ?? ''} --require ${file}`.trim() }
}
