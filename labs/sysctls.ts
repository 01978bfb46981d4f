/** The kernel settings a lab may choose for a host: a closed list, each with what it may be. Pure. */

type Rule = readonly [least: number, most: number] | 'ports' | 'sizes' | 'switch'

const RULES = {
  /** How often a SYN is repeated before connect gives up. */
  'net.ipv4.tcp_syn_retries': [1, 127],
  /** How many more come before, one second apart, while the waits do not double yet; Linux 6.5 or newer. */
  'net.ipv4.tcp_syn_linear_timeouts': [0, 127],
  'net.ipv4.tcp_synack_retries': [0, 255],
  /** How often data is repeated before a connection is given up. */
  'net.ipv4.tcp_retries1': [0, 255],
  'net.ipv4.tcp_retries2': [0, 255],
  /** The same for a connection that no program holds any more. */
  'net.ipv4.tcp_orphan_retries': [0, 255],
  /** Seconds of silence before the first keep-alive probe, between probes, and how many. */
  'net.ipv4.tcp_keepalive_time': [1, 32_767],
  'net.ipv4.tcp_keepalive_intvl': [1, 32_767],
  'net.ipv4.tcp_keepalive_probes': [1, 127],
  /** Seconds in FIN-WAIT-2 without a program. */
  'net.ipv4.tcp_fin_timeout': [1, 3600],
  'net.ipv4.tcp_tw_reuse': [0, 2],
  'net.ipv4.tcp_max_tw_buckets': [0, 1_000_000],
  /** The lengths of the queues of a listening socket, and what happens when they are full. */
  'net.ipv4.tcp_max_syn_backlog': [1, 1_000_000],
  'net.ipv4.tcp_syncookies': [0, 2],
  'net.ipv4.tcp_abort_on_overflow': 'switch',
  'net.core.somaxconn': [1, 65_535],
  /** What TCP may add to its header. */
  'net.ipv4.tcp_timestamps': [0, 2],
  'net.ipv4.tcp_sack': 'switch',
  'net.ipv4.tcp_window_scaling': 'switch',
  'net.ipv4.tcp_ecn': [0, 2],
  /** Least, usual and largest buffer, in bytes. */
  'net.ipv4.tcp_rmem': 'sizes',
  'net.ipv4.tcp_wmem': 'sizes',
  'net.ipv4.tcp_moderate_rcvbuf': 'switch',
  'net.ipv4.tcp_autocorking': 'switch',
  'net.ipv4.tcp_slow_start_after_idle': 'switch',
  'net.ipv4.tcp_mtu_probing': [0, 2],
  /** The first port that an ordinary program may bind. */
  'net.ipv4.ip_unprivileged_port_start': [0, 65_535],
  /** First and last of the ports the kernel gives by itself. */
  'net.ipv4.ip_local_port_range': 'ports',
  'net.ipv4.ip_default_ttl': [1, 255],
  'net.ipv4.ip_no_pmtu_disc': [0, 3],
  /** Seconds for which the fragments of a packet wait for the rest. */
  'net.ipv4.ipfrag_time': [1, 600],
  /** The least time between two ICMP errors to one host, in ms (0: no limit), and which errors it concerns. */
  'net.ipv4.icmp_ratelimit': [0, 1_000_000],
  'net.ipv4.icmp_ratemask': [0, 0xffff_ffff],
  'net.ipv4.icmp_echo_ignore_all': 'switch',
  'net.ipv4.icmp_echo_ignore_broadcasts': 'switch',
  'net.ipv6.icmp.ratelimit': [0, 1_000_000],
  /** Whether a socket bound to `::` refuses IPv4. */
  'net.ipv6.bindv6only': 'switch',
} as const satisfies Record<string, Rule>

/** A setting a lab may choose. */
export type Sysctl = keyof typeof RULES

/** The names of all settings a lab may choose. */
export const SYSCTLS = Object.keys(RULES) as Sysctl[]

/** Checks the settings of a host. `refuse` is told what is wrong, in words, and must throw. */
export function readSysctls(value: unknown, host: string, refuse: (what: string) => never): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(`\`sysctls\` of host \`${host}\` are \`{ 'net.ipv4.tcp_syn_retries': 2 }\``)
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, setting]) => {
      const rule: Rule | undefined = Object.hasOwn(RULES, name) ? RULES[name as Sysctl] : undefined
      if (rule === undefined) {
        return refuse(`\`${name}\` of host \`${host}\` is not a sysctl a lab may set; see labs/sysctls.ts`)
      }
      const problem = whyWrong(setting, rule)
      if (problem) return refuse(`\`${name}\` of host \`${host}\` is \`${String(setting)}\`; it must be ${problem}`)
      return [name, String(setting)]
    }),
  )
}

function whyWrong(setting: unknown, rule: Rule): string | null {
  if (rule === 'ports' || rule === 'sizes') {
    const [count, most, words] =
      rule === 'ports'
        ? [2, 65_535, "two ports such as '40000 40099'"]
        : [3, 2 ** 26, "three sizes in bytes, such as '4096 16384 65536'"]
    const numbers = typeof setting === 'string' && /^\d+( \d+)*$/.test(setting) ? setting.split(' ').map(Number) : []
    const rising = numbers.every((number, i) => number >= (numbers[i - 1] ?? 1) && number <= most)
    return numbers.length === count && rising ? null : `${words}, the smaller first`
  }
  const [least, most] = rule === 'switch' ? [0, 1] : rule
  if (Number.isInteger(setting) && (setting as number) >= least && (setting as number) <= most) return null
  return `a whole number from ${least} to ${most}`
}
