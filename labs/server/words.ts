/** What the console says of the machine; the page *This machine* says it to readers, in their language. */
import type { Standing } from '../bench/network/ladder.ts'
import type { Obstacle, ObstacleKind } from '../protocol.ts'

/** Why a rung cannot be had, and what to do about it. */
const OBSTACLES: Readonly<Record<ObstacleKind, string>> = {
  asked: 'So it was asked for; start the course without --network to get the best that works.',
  windows: 'Windows cannot divide its network. Run the course inside WSL2.',
  macos: 'macOS cannot divide its network. Run the course in a small Linux machine or a container.',
  'other-system': 'This system is not Linux. Run the course in a small Linux machine or a container.',
  'no-python': 'python3 is missing. Install Python 3 and start the course again.',
  'old-python': 'This python3 is older than 3.9. Install a newer one and start the course again.',
  'no-unshare': 'The programs unshare and setpriv are missing. Install util-linux and start the course again.',
  'no-ip': 'The program ip is missing. Install iproute2 and start the course again.',
  apparmor:
    "Ubuntu's AppArmor forbids it. Run `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` and start the " +
    'course again.',
  forbidden: 'The system, or the container this runs in, forbids user namespaces.',
  unreadable:
    'The course was started by root, so programs run as the user nobody, who cannot read what they need. Start it as ' +
    'an ordinary user, or put it where every user can read it.',
  failed: 'It was tried and did not work.',
}

/** What programs run on here, and why on nothing better, in a line or two. */
export function standingLines({ rung, obstacles }: Standing): string[] {
  if (rung === 'own') return ['Each bench has a network of its own.']
  const obstacle = obstacles.at(rung === 'plain' ? 0 : -1)
  const what =
    rung === 'plain' ? "Benches have no network of their own and share this machine's." : 'Nothing can be run here.'
  return [what, ...(obstacle ? [`${inWords(obstacle)} The page "This machine" says more.`] : [])]
}

/** One obstacle, with the system's own words. */
export function inWords({ kind, detail }: Obstacle): string {
  return detail === '' || kind === 'asked' ? OBSTACLES[kind] : `${OBSTACLES[kind]} (${detail})`
}
