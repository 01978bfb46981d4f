/** Highlighting by weight, not by hue: colour is kept for the two ends. Keywords are bold, comments soft. */
import type { ShikiTransformer, ThemeRegistrationRaw } from 'shiki'

type Element = Parameters<NonNullable<ShikiTransformer['line']>>[0]
type Child = Element['children'][number]

const SOFT = '#777777'

/** A theme for shiki that knows plain, bold and soft; the transformers below turn that into classes. */
export const twoTone = {
  name: 'two-tone',
  type: 'light',
  fg: '#000000',
  bg: '#ffffff',
  settings: [
    { settings: { foreground: '#000000' } },
    { scope: ['comment', 'punctuation.definition.comment'], settings: { foreground: SOFT } },
    {
      scope: [
        'keyword.control',
        'keyword.operator.new',
        'keyword.operator.expression',
        'keyword.operator.logical.python',
      ],
      settings: { fontStyle: 'bold' },
    },
    { scope: ['storage.type', 'storage.modifier'], settings: { fontStyle: 'bold' } },
    { scope: ['storage.type.function.arrow', 'storage.type.string'], settings: { fontStyle: '' } },
  ],
} satisfies ThemeRegistrationRaw

/** For fenced code in prose: `pre > code` as shiki makes it, with classes in place of styles. */
export const fencedCode: ShikiTransformer = {
  name: 'both-ends:fenced-code',
  pre(node) {
    delete node.properties.style
    node.properties.class = 'fenced'
  },
  line(node) {
    node.children = node.children.map(toClass)
    node.properties = {}
  },
}

/** For a program: a section with one `div.ln > code` per line; its text is the file's, to the character. */
export const numberedLines = (properties: Record<string, string>): ShikiTransformer => ({
  name: 'both-ends:numbered-lines',
  line(node) {
    // A line without anything in it would be lost in copying.
    const children = node.children.length > 0 ? node.children.map(toClass) : [element('br')]
    const code = element('code', {}, children)
    return element('div', { class: 'ln' }, [code])
  },
  root(node) {
    const [pre] = node.children
    const code = pre?.type === 'element' ? pre.children[0] : undefined
    if (code?.type !== 'element') return
    node.children = [element('section', properties, code.children)]
  },
})

function element(tagName: string, properties: Element['properties'] = {}, children: Child[] = []): Element {
  return { type: 'element', tagName, properties, children }
}

function toClass(child: Child): Child {
  if (child.type !== 'element') return child
  const style = String(child.properties.style ?? '').toLowerCase()
  const name = style.includes(SOFT) ? 'c' : style.includes('bold') ? 'k' : undefined
  const [only] = child.children
  if (name === undefined && child.children.length === 1 && only !== undefined) return only
  return { ...child, properties: { class: name } }
}
