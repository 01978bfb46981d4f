const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex]'

/** Moves the focus to the nearest control after or before an element; at the end of the page it begins again. */
export function leave(element: HTMLElement, where: 'next' | 'previous'): void {
  const root = document.fullscreenElement ?? element.closest('.whole-screen') ?? document.body
  const controls = [...root.querySelectorAll<HTMLElement>(CONTROLS)].filter(
    (control) => !element.contains(control) && isReachable(control),
  )
  const after = (control: HTMLElement) =>
    (element.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
  const target =
    where === 'next'
      ? (controls.find(after) ?? controls[0])
      : (controls.findLast((control) => !after(control)) ?? controls.at(-1))
  target?.focus()
}

/** Whether Tab would stop at a control. Of a group of radio buttons it stops at the checked one. */
function isReachable(control: HTMLElement): boolean {
  if (control.tabIndex < 0 || control.matches(':disabled') || !control.checkVisibility({ visibilityProperty: true })) {
    return false
  }
  return !(control instanceof HTMLInputElement && control.type === 'radio') || control.checked
}
