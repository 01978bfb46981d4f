/** Where the browser keeps readers' versions of programs; apart from what reads them, which not every page needs. */

/** What the keys begin with; then comes the lab's id. */
export const OWN_PREFIX = 'both-ends:own:'

/** Whether anything is kept of a lab's programs. */
export function isAnyKept(lab: string): boolean {
  try {
    return localStorage.getItem(OWN_PREFIX + lab) !== null
  } catch {
    return false
  }
}
