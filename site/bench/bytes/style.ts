import sheet from './bytes.css?inline'

let adopted = false

/** Gives the page the panel's style, once; it comes with the panel and not with every page. */
export function adoptBytesStyle(): void {
  if (adopted) return
  adopted = true
  const style = new CSSStyleSheet()
  style.replaceSync(sheet)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style]
}
