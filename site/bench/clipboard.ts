/** Copies a text. False when the browser refuses. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyOldWay(text)
  }
}

/** The clipboard's text, or null when the browser does not let the page read it. */
export async function pasted(): Promise<string | null> {
  try {
    return await navigator.clipboard.readText()
  } catch {
    return null
  }
}

/** Addresses that are neither https nor loopback have no `navigator.clipboard`. */
function copyOldWay(text: string): boolean {
  const before = document.activeElement
  const area = (document.fullscreenElement ?? document.body).appendChild(document.createElement('textarea'))
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  return copied
}
