/** Where a statement is written: the sources that the reference pages name, by short names. */
import type { Lang } from '../languages.ts'
import { t } from '../words.ts'

export interface Source {
  readonly name: string
  /** None for what was run here, and for the article itself. */
  readonly url?: string
}

const URLS: Readonly<Record<string, string>> = {
  x200: 'https://www.itu.int/rec/T-REC-X.200',
  ipconfig: 'https://learn.microsoft.com/windows-server/administration/windows-commands/ipconfig',
  google: 'https://www.google.com/intl/en/ipv6/statistics.html',
  apnic: 'https://stats.labs.apnic.net/ipv6',
  nro: 'https://www.nro.net/ipv4-free-pool-depleted/',
  ripe: 'https://www.ripe.net/publications/news/about-ripe-ncc-and-ripe/the-ripe-ncc-has-run-out-of-ipv4-addresses',
  exhaustion: 'https://en.wikipedia.org/wiki/IPv4_address_exhaustion',
  iana: 'https://www.iana.org/assignments/service-names-port-numbers',
  pysocket: 'https://docs.python.org/3/library/socket.html',
  pystr: 'https://docs.python.org/3/library/stdtypes.html#str.encode',
  pylex: 'https://docs.python.org/3/reference/lexical_analysis.html',
  pep528: 'https://peps.python.org/pep-0528/',
  pep686: 'https://peps.python.org/pep-0686/',
  nodenet: 'https://nodejs.org/api/net.html',
  nodedgram: 'https://nodejs.org/api/dgram.html',
  whatwg: 'https://encoding.spec.whatwg.org/',
  direct: 'https://wicg.github.io/direct-sockets/',
  posixlisten: 'https://pubs.opengroup.org/onlinepubs/9699919799/functions/listen.html',
  msrecvfrom: 'https://learn.microsoft.com/windows/win32/api/winsock/nf-winsock-recvfrom',
}

/**
 * A source by its short name: `rfc9293`, `rfc9293#3.4.1` (a section), `udp.7` (a page of the Linux manual), `run` (what was
 * run for this course), `article` (the article), or a name above.
 * @throws {Error} for a name that is none of these; so the build stops.
 */
export function sourceOf(lang: Lang, name: string): Source {
  if (name === 'run' || name === 'article') return { name: t(lang, `errata.${name}`) }
  const rfc = /^rfc(\d+)(?:#([\d.]+))?$/.exec(name)
  if (rfc) {
    const [, number = '', at] = rfc
    const url = `https://www.rfc-editor.org/rfc/rfc${number}`
    if (at === undefined) return { name: t(lang, 'errata.rfc', { number }), url }
    return { name: t(lang, 'errata.rfc.at', { number, at }), url: `${url}#section-${at}` }
  }
  const page = /^([a-z]+)\.(\d)$/.exec(name)
  if (page) {
    const [, title = '', section = ''] = page
    const url = `https://man7.org/linux/man-pages/man${section}/${title}.${section}.html`
    return { name: t(lang, 'errata.man', { page: `${title}(${section})` }), url }
  }
  const url = Object.hasOwn(URLS, name) ? URLS[name] : undefined
  if (url === undefined) throw new Error(`\`${name}\` is no source; site/reference/sources.ts has ${Object.keys(URLS)}`)
  return { name: t(lang, `errata.source.${name}`), url }
}
