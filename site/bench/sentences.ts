/** What a lab says of itself, chosen from what it shows. The words themselves are in `content/ui/`. */
import { SHELL } from '../../labs/protocol.ts'
import { type LabView, type ProgramView, whyNot } from './fold.ts'
import { type Sentence, type Words, word, wordTrouble } from './words.ts'

/** The state of one program: `running · UDP port 12822`. `can` says whether anything can run here. */
export function programWords(words: Words, program: ProgramView, can = true): string {
  if (!can && program.state === 'ready') return word(words, { key: 'state.none' })
  return word(words, situation(program, 'state'))
}

/** The state of a lab, in one line. */
export function labWords(words: Words, view: LabView): string {
  const { connection, ending, instead } = view
  if (connection === 'connecting' || connection === 'lost' || connection === 'unreachable') {
    return word(words, { key: `say.${connection}` })
  }
  if (ending !== null) return word(words, { key: `ending.${ending}` })
  if (instead) return word(words, { key: 'say.new-bench' })
  if (whyNot(view)) return word(words, { key: 'say.none' })
  const told = Object.entries(view.programs).filter(
    ([name, program]) => !name.startsWith(SHELL) && (program.asked || program.state !== 'ready'),
  )
  if (told.length === 0) return word(words, { key: 'say.ready' })
  const back = view.back ? [word(words, { key: 'say.back' })] : []
  const sentences = told.flatMap(([name, program]) => {
    const { key, values } = situation(program, 'say')
    const state = word(words, { key, values: { ...values, program: name } })
    if (program.missing === 0) return [state]
    return [state, word(words, { key: 'say.gap', values: { program: name, bytes: program.missing } })]
  })
  return [...sentences, ...back].join(word(words, { key: 'say.between' }))
}

/** Why nothing of the lab can run though a server answers; empty where it can. */
export function whyNotWords(words: Words, view: LabView): string {
  const why = whyNot(view)
  if (why === null) return ''
  if (why === 'hosts') return word(words, { key: 'none.hosts' })
  const { obstacles } = view
  const { kind = 'failed', detail = '' } = obstacles.findLast(({ rung }) => rung === 'plain') ?? {}
  const key = Object.hasOwn(words, `none.${kind}`) ? `none.${kind}` : 'none.failed'
  return word(words, { key, values: { detail } })
}

/** How a run ended, as the last line in its terminal. */
export function endWords(words: Words, { exit, gone, trouble }: Ended): string {
  if (trouble) return word(words, { key: 'print.failed', values: { reason: wordTrouble(words, trouble) } })
  if (gone?.ended === null) return word(words, { key: 'state.bench-ended' })
  if (gone) {
    const reason = word(words, { key: `ending.${gone.ended}` })
    return word(words, { key: gone.ended === 'taken-over' ? 'print.elsewhere' : 'print.ended', values: { reason } })
  }
  const by = exit?.stopped ? '-stopped' : ''
  if (exit?.signal) return word(words, { key: `print.signal${by}`, values: { signal: exit.signal } })
  return word(words, { key: `print.exited${by}`, values: { code: exit?.code ?? 0 } })
}

/** One of three ways to end: by itself or by Stop, under its bench, or before it began. */
export interface Ended extends Partial<Pick<ProgramView, 'exit' | 'gone'>> {
  readonly trouble?: Parameters<typeof wordTrouble>[1]
}

function situation(program: ProgramView, family: 'state' | 'say'): Sentence {
  const { state, asked, stopping, socket, exit, gone } = program
  if (asked) return { key: `${family}.starting` }
  if (stopping) return { key: `${family}.stopping` }
  if (state === 'running' && socket) {
    const { protocol, port } = socket
    return { key: `${family}.on-port`, values: { protocol: protocol.toUpperCase(), port } }
  }
  if (state !== 'exited') return { key: `${family}.${state}` }
  if (gone) return { key: gone.ended === 'taken-over' ? `${family}.elsewhere` : `${family}.bench-ended` }
  if (exit?.stopped) return { key: `${family}.stopped` }
  if (exit?.signal) return { key: `${family}.signal`, values: { signal: exit.signal } }
  return { key: `${family}.exited`, values: { code: exit?.code ?? 0 } }
}
