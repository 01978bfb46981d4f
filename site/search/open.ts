/** Opens the search by its button or by `/`. What it takes to search is loaded with the first opening. */

const dialog = document.querySelector<HTMLDialogElement>('[data-search]')

if (dialog) {
  for (const button of document.querySelectorAll<HTMLElement>('[data-search-open]')) {
    button.addEventListener('click', () => open(dialog))
  }
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (event.defaultPrevented || dialog.open || isTyping(event.target)) return
    event.preventDefault()
    open(dialog)
  })
}

/** Opens at once, so that nothing is lost of what is typed meanwhile. */
function open(dialog: HTMLDialogElement): void {
  if (dialog.open) return
  dialog.showModal()
  import('./dialog.ts').then(
    ({ search }) => search(dialog),
    () => {
      const say = dialog.querySelector('[data-search-say]')
      if (say) say.textContent = dialog.dataset.silent ?? ''
    },
  )
}

/** Whoever types means the sign, not the search: in a field, in a terminal, in the editor. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}
