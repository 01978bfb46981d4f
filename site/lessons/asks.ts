/** What predictions, tasks and quiz questions of a lesson must be made of. Pure. */
import type { Problem } from './check.ts'

/** Which component may stand in which. */
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  Predict: ['Option', 'Saw', 'Why'],
  Task: ['Hint', 'Solution'],
  Quiz: ['Right', 'Wrong'],
  Right: ['Reason'],
  Wrong: ['Reason'],
}

interface Block {
  readonly name: string
  readonly line: number
  readonly text: string
}

/** Checks what stands in what, in a text whose code is blanked. */
export function checkAsks(text: string): Problem[] {
  const problems: Problem[] = []
  const outer = ['Predict', 'Task', 'Quiz'].flatMap((name) => blocksOf(text, name))
  for (const block of outer) {
    const report = (message: string) => problems.push({ line: block.line, message: `<${block.name}> ${message}` })
    const count = (name: string) => blocksOf(block.text, name).length
    if (block.name === 'Predict') {
      if (count('Option') < 2) report('needs two or more `<Option id="…">…</Option>`')
      if (count('Why') !== 1) report('needs one `<Why>…</Why>`, the explanation')
    }
    if (block.name === 'Task' && count('Solution') > 1) report('has more than one `<Solution>`')
    if (block.name === 'Quiz') {
      if (count('Right') !== 1) report('needs just one `<Right>…</Right>`')
      if (count('Wrong') < 1) report('needs at least one `<Wrong>…</Wrong>`')
      for (const answer of ['Right', 'Wrong'].flatMap((name) => blocksOf(block.text, name))) {
        const reasons = blocksOf(answer.text, 'Reason')
        const line = block.line + answer.line - 1
        if (reasons.length !== 1 || innerOf(reasons[0]?.text ?? '').trim() === '') {
          problems.push({ line, message: `<${answer.name}> needs its reason: \`<Reason>…</Reason>\`` })
        }
      }
    }
  }
  for (const [name, children] of Object.entries(INSIDE)) {
    for (const child of children) {
      const parents = Object.keys(INSIDE).filter((one) => INSIDE[one]?.includes(child))
      if (parents[0] !== name) continue
      const inside = parents.flatMap((parent) => blocksOf(text, parent)).flatMap((one) => blocksOf(one.text, child))
      const all = blocksOf(text, child)
      const [first] = all
      if (first && all.length > inside.length) {
        problems.push({ line: first.line, message: `<${child}> stands in ${parents.join(' or ')} only` })
      }
    }
  }
  return problems
}

/** The places of a component, from its opening tag to its closing one. */
function blocksOf(text: string, name: string): Block[] {
  return [...text.matchAll(new RegExp(`<${name}(?=[\\s>])[^>]*>[\\s\\S]*?</${name}>`, 'g'))].map((match) => ({
    name,
    line: text.slice(0, match.index).split('\n').length,
    text: match[0],
  }))
}

function innerOf(block: string): string {
  return block.replace(/^<[^>]*>/, '').replace(/<\/\w+>$/, '')
}
