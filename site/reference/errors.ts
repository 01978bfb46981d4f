/** The errors a socket program meets: what is the same in every language of the page. */

export interface MetError {
  readonly code: string
  /** Numbers on Linux, macOS and Windows; null where it is none of a kernel's. */
  readonly numbers: readonly [number, number?, number?] | null
  /** The last line that an uncaught error printed in Python. */
  readonly python: string
  /** The line that an `Error` printed in Node; null where the event loop keeps it from programs, undefined where it was not seen. */
  readonly node?: string | null
  /** Ids of labs that meet it. */
  readonly labs?: readonly string[]
}

export const ERRORS: readonly MetError[] = [
  {
    code: 'ECONNREFUSED',
    numbers: [111, 61, 10061],
    python: 'ConnectionRefusedError: [Errno 111] Connection refused',
    node: 'Error: connect ECONNREFUSED 127.0.0.1:12823',
    labs: ['tcp-as-found', 'udp-refused', 'port-nobody', 'ip-three-errors'],
  },
  {
    code: 'EADDRINUSE',
    numbers: [98, 48, 10048],
    python: 'OSError: [Errno 98] Address already in use',
    node: 'Error: listen EADDRINUSE: address already in use 127.0.0.1:12824',
    labs: ['port-taken', 'udp-as-found'],
  },
  {
    code: 'EADDRNOTAVAIL',
    numbers: [99, 49, 10049],
    python: 'OSError: [Errno 99] Cannot assign requested address',
    node: 'Error: listen EADDRNOTAVAIL: address not available 192.0.2.1:12826',
    labs: ['ip-three-errors'],
  },
  {
    code: 'EACCES',
    numbers: [13, 13, 10013],
    python: 'PermissionError: [Errno 13] Permission denied',
    node: 'Error: listen EACCES: permission denied 127.0.0.1:80',
    labs: ['port-low'],
  },
  {
    code: 'ENETUNREACH',
    numbers: [101, 51, 10051],
    python: 'OSError: [Errno 101] Network is unreachable',
    node: 'Error: connect ENETUNREACH 192.0.2.1:12826 - Local (0.0.0.0:0)',
    labs: ['ip-three-errors'],
  },
  {
    code: 'EHOSTUNREACH',
    numbers: [113, 65, 10065],
    python: 'OSError: [Errno 113] No route to host',
    node: 'Error: connect EHOSTUNREACH 10.9.9.9:1 - Local (0.0.0.0:0)',
  },
  {
    code: 'ETIMEDOUT',
    numbers: [110, 60, 10060],
    python: 'TimeoutError: [Errno 110] Connection timed out',
    node: 'Error: connect ETIMEDOUT 10.0.0.2:12840',
    labs: ['tcp-frozen'],
  },
  {
    code: 'TimeoutError',
    numbers: null,
    python: 'TimeoutError: timed out',
    node: null,
    labs: ['socket-patience'],
  },
  {
    code: 'ECONNRESET',
    numbers: [104, 54, 10054],
    python: 'ConnectionResetError: [Errno 104] Connection reset by peer',
    node: 'Error: read ECONNRESET',
  },
  {
    code: 'EPIPE',
    numbers: [32, 32],
    python: 'BrokenPipeError: [Errno 32] Broken pipe',
    node: 'Error: This socket has been ended by the other party',
  },
  {
    code: 'ENOTCONN',
    numbers: [107, 57, 10057],
    python: 'OSError: [Errno 107] Transport endpoint is not connected',
    node: null,
  },
  {
    code: 'EMSGSIZE',
    numbers: [90, 40, 10040],
    python: 'OSError: [Errno 90] Message too long',
    node: 'Error: send EMSGSIZE 127.0.0.1:12821',
  },
  {
    code: 'EAGAIN',
    numbers: [11, 35, 10035],
    python: 'BlockingIOError: [Errno 11] Resource temporarily unavailable',
    node: null,
    labs: ['tcp-brake'],
  },
  {
    code: 'EMFILE',
    numbers: [24],
    python: 'OSError: [Errno 24] Too many open files',
    node: 'Error: bind EMFILE 127.0.0.1',
    labs: ['socket-leak'],
  },
  {
    code: 'EBADF',
    numbers: [9],
    python: 'OSError: [Errno 9] Bad file descriptor',
    node: 'Error [ERR_SOCKET_DGRAM_NOT_RUNNING]: Not running',
    labs: ['socket-closed'],
  },
  { code: 'EPERM', numbers: [1], python: 'PermissionError: [Errno 1] Operation not permitted' },
]
