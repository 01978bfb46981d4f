/** A text as one word of a shell, whatever is in it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** The line that runs a command in the course's folder from one's own shell, wherever that shell is. */
export function commandLine(command: string, folder: string | null): string {
  return folder === null ? command : `cd ${quote(folder)} && ${command}`
}
