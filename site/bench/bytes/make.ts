/** Small pieces of HTML for panels that are drawn in the page. */

type Child = Node | string | null

/** An element with attributes and children; an attribute that is null or false is left out, true is empty. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number | boolean | null>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(attribute, value === true ? '' : String(value))
  }
  element.append(...children.filter((child) => child !== null))
  return element
}
