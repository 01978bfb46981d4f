import { parseArgs } from 'node:util'
import { RUNGS, type Rung } from '../protocol.ts'

/** What the command line says. */
export interface Options {
  readonly port: number
  readonly open: boolean
  /** The rung the reader asks for; null for the best that works. */
  readonly network: Rung | null
  /** Where pages come from instead of the built site: `npm run dev` names its page server here. */
  readonly pages: URL | null
}

/** What a wrong command line is told. */
export class WrongOption extends Error {}

export const USAGE = `npm start -- [--port N] [--network own|plain|none] [--no-open]

  --port N    listen on port N of 127.0.0.1 (default 4321); the next free one if it is taken
  --network   what programs run on: own (a network for each bench), plain (this machine's
              loopback) or none (nothing is run); the best that works when it is not said
  --no-open   do not open a browser`

/** Reads the arguments after the program's name. @throws {WrongOption} with a sentence for the reader. */
export function readOptions(args: readonly string[]): Options {
  let values: { port?: string; 'no-open'?: boolean; network?: string; pages?: string }
  try {
    values = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        network: { type: 'string' },
        pages: { type: 'string' },
      },
    }).values
  } catch (error) {
    throw new WrongOption((error as Error).message)
  }
  const { port = '4321', pages } = values
  if (!/^\d+$/.test(port) || Number(port) > 65_535) {
    throw new WrongOption(`\`--port ${port}\` is not a port; use a number from 0 to 65535.`)
  }
  if (pages !== undefined && !URL.canParse(pages)) {
    throw new WrongOption(`\`--pages ${pages}\` is not an address; use one such as http://127.0.0.1:4322.`)
  }
  const network = values.network ?? null
  if (network !== null && !isRung(network)) {
    throw new WrongOption(`\`--network ${network}\` is not one of ${RUNGS.join(', ')}.`)
  }
  return {
    port: Number(port),
    network,
    open: !values['no-open'],
    pages: pages === undefined ? null : new URL(pages),
  }
}

function isRung(text: string): text is Rung {
  return (RUNGS as readonly string[]).includes(text)
}
