/** Opens the search by its button or by `/`. What it takes to search is loaded with the first opening. */

const dialog = document.querySelector<HTMLDialogElement>('[data-search]')
const typing = 'input, textarea, select, [contenteditable="true"]'

document.addEventListener('click', ({ target }) => {
  if ((target as Element).closest('[data-search-open]')) open()
})
document.addEventListener('keydown', (event) => {
  // Whoever types means the sign: in a field, in a terminal, in the editor.
  if (event.key !== '/' || event.ctrlKey || event.metaKey || (event.target as Element).matches(typing)) return
  event.preventDefault()
  open()
})

/** Opens at once, so that nothing is lost of what is typed meanwhile. */
function open(): void {
  if (!dialog || dialog.open) return
  dialog.showModal()
  import('./dialog.ts').then(
    ({ search }) => search(dialog),
    () => {
      const say = dialog.querySelector('[data-search-say]')
      if (say) say.textContent = dialog.dataset.silent ?? ''
    },
  )
}
