/** Shows the key in the page's address to the server, and tells a reader whose key is not the right one. */
import { invitation } from '../bench/invitation.ts'

const ending = await invitation.enter()
// An old link in a browser that has entered by the new one takes nothing away.
if (ending === 'wrong-key' && (await invitation.isInvited()) !== true) {
  for (const notice of document.querySelectorAll<HTMLElement>('[data-wrong-key]')) notice.hidden = false
}
