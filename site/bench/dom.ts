/** Makes elements. */

type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>

/** An element with attributes and what is in it. An attribute that is `true` has no value; false and null leave it out. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  fill(element, attributes, children)
  return element
}

/** The same for what is drawn. */
export function draw<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  fill(element, attributes, children)
  return element
}

function fill(element: Element, attributes: Attributes, children: readonly (Node | string)[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '')
    else if (value !== false && value != null) element.setAttribute(name, String(value))
  }
  element.append(...children)
}

const styled = new Set<string>()

/** Adds a style sheet to the page once: that of a panel comes with it. */
export function addStyle(text: string): void {
  if (styled.has(text)) return
  styled.add(text)
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  document.adoptedStyleSheets.push(sheet)
}
