/** Gives a file to the reader, as a click on a link to it would. */
export function download(file: File): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = file.name
  link.click()
  // The browser has taken it over by then, however slow its disk.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
