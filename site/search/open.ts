/** Opens the search by its button or by `/`. What it takes to search is loaded with the first opening. */

const dialog = document.querySelector<HTMLDialogElement>('[data-search]')

document.addEventListener('click', ({ target }) => {
  if ((target as Element).closest('[data-search-open]')) open()
})
document.addEventListener('keydown', (event) => {
  const { key, ctrlKey, metaKey, target } = event
  // Whoever types means the sign: in a field, in a terminal, in the editor.
  if (key !== '/' || ctrlKey || metaKey || (target as Element).closest('input, textarea, [contenteditable]')) return
  event.preventDefault()
  open()
})

/** Opens at once, so that nothing is lost of what is typed meanwhile. */
function open(): void {
  if (!dialog || dialog.open) return
  dialog.showModal()
  import('./dialog.ts').catch(() => dialog.querySelector('[role]')?.replaceChildren(dialog.dataset.silent ?? ''))
}
