import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { maskAddresses } from '../../labs/mask.ts'
import { seeded } from '../helpers/random.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/addresses')
const read = (name: string) => readFileSync(join(FOLDER, `${name}.txt`), 'utf8')

/** What in each text tells where it was made, as people write it. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  'ip-addr': [
    ...['8c:16:45:7a:c0:1e', '8c16457ac01e', '3a:9d:02:bb:71:e4', '74:e5:f9:31:0c:d2', '02:42:8f:1c:55:a9'],
    ...['00:e0:4c:68:00:f3', '00e04c6800f3', '192.168', '172.17', '10.66', '93.184', '198.35', '2003:', 'fd5c'],
    ...['8a00', '91fe:35b0', 'fe31:cd2', 'aa41:9b3c'],
  ],
  'ifconfig-macos': [
    ...['f0:18:98:2d:64:b7', '36:63:a1:8b:f0:00', '00:0a:27:02:00:4b:91:d6', '10.0.1', '100.101', '2a02:', '8109'],
    ...['77d0:e35b', '5cde:f709', '17a:b26d', '6b04:8f93'],
  ],
  'ifconfig-linux': ['00:15:5d', 'A7:3E:19', '172.23', '192.168', '5dff:fe4e', 'fea7:3e19'],
  ipconfig: [
    ...['corp', 'contoso', 'fritz', '2a02', '810d', 'f05a:11bc', '904:d3fe', '192.168', '172.23', '6dff', 'c9:70a1'],
    ...['7C-B2-7D', '19-E4-50', '201.77', '6a0e:c357'],
  ],
  'ipconfig-zh': ['univ', 'edu.cn', 'e6c3:258f', '10.21'],
}

describe.each(Object.keys(TELLING))('what %s says of a machine', (name) => {
  const text = read(name)
  const masked = maskAddresses(text)

  test('tells nothing of where it was said, once it is masked', () => {
    for (const telling of TELLING[name] ?? []) {
      expect(text, telling).toContain(telling)
      expect(masked, telling).not.toContain(telling)
    }
  })

  test('is masked alike every time, and what is masked stays as it is', () => {
    expect(maskAddresses(text)).toBe(masked)
    expect(maskAddresses(masked)).toBe(masked)
  })

  test('keeps its lines, and every word that is no address or name of a network', () => {
    const words = (line: string) =>
      line.split(/\s+/).filter((word) => /^[a-z<>,0-9]*$/i.test(word) && !/^enx/.test(word))
    const [before, after] = [text.split('\n'), masked.split('\n')]
    expect(after.length).toBe(before.length)
    expect(after.map(words)).toEqual(before.map(words))
  })

  test('keeps loopback and masks', () => {
    for (const kept of text.match(/127\.0\.0\.1|::1\b|255\.255\.\d+\.0|0xff\w+|fe80::1%lo0|ff:ff:ff:ff:ff:ff/g) ?? []) {
      expect(masked).toContain(kept)
    }
  })
})

test('every text among the fixtures is looked at', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    Object.keys(TELLING)
      .map((name) => `${name}.txt`)
      .sort(),
  )
})

describe('a masked address', () => {
  test('is the same wherever it stands, and others are others', () => {
    const masked = maskAddresses('192.168.7.20 192.168.7.21 10.9.8.7 192.168.7.20 10.9.8.7').split(' ')
    expect(masked).toEqual(['192.0.2.1', '192.0.2.2', '198.51.100.1', '192.0.2.1', '198.51.100.1'])
  })

  test('has its network, and the last of a network is the last', () => {
    expect(maskAddresses('inet 192.168.7.20/24 brd 192.168.7.255')).toBe('inet 192.0.2.1/24 brd 192.0.2.255')
    expect(maskAddresses('inet 172.17.0.1/16 brd 172.17.255.255')).toBe('inet 192.0.2.1/16 brd 192.0.2.255')
    expect(maskAddresses('2a02:8109:9c40:1b58::5 2a02:8109:9c40:1b58::6 2a02:8109:9c40:1b59::5')).toBe(
      '2001:db8:0:1::1 2001:db8:0:1::2 2001:db8:0:2::1',
    )
  })

  test('takes no place that is documented and taken', () => {
    expect(maskAddresses('192.0.2.1 10.1.1.1')).toBe('192.0.2.1 198.51.100.1')
    expect(maskAddresses('2001:db8:0:1::9 2a02::1')).toBe('2001:db8:0:1::9 2001:db8:0:2::1')
    expect(maskAddresses('00:00:5e:00:53:01 8c:16:45:7a:c0:1e')).toBe('00:00:5e:00:53:01 00:00:5e:00:53:02')
  })

  test('that was made from a hardware address is made from its mask', () => {
    expect(maskAddresses('ether 8c:16:45:7a:c0:1e inet6 fe80::8e16:45ff:fe7a:c01e%en0')).toBe(
      'ether 00:00:5e:00:53:01 inet6 fe80::200:5eff:fe00:5301%en0',
    )
    expect(maskAddresses('enx8c16457ac01e: 8C-16-45-7A-C0-1E')).toBe('enx00005e005301: 00-00-5E-00-53-01')
  })

  test('is found in every way it is written', () => {
    const ways = ['2A02:8109:9C40:1B58:0:0:0:5', '2a02:8109:9c40:1b58::5', '2a02:8109:9c40:1b58:0000:0000:0000:0005']
    for (const way of ways) expect(maskAddresses(`${way}/64`)).toBe('2001:db8:0:1::1/64')
    expect(maskAddresses('::ffff:10.1.1.1')).toBe('::ffff:192.0.2.1')
    expect(maskAddresses('::ffff:0a01:0101 64:ff9b::10.1.1.1')).toBe('2001:db8:0:1::1 2001:db8:0:2::1')
  })
})

test.each([
  '127.0.0.1 127.8.8.8 0.0.0.0 255.255.255.0 224.0.0.251 239.1.2.3',
  '192.0.2.7 198.51.100.7 203.0.113.7 198.18.4.4 2001:db8::7 3fff::7',
  ':: ::1 fe80::1 ff02::1 ff02::fb',
  '00:00:00:00:00:00 ff:ff:ff:ff:ff:ff 00:00:5e:00:53:af',
  'mtu 1500 qlen 1000 valid_lft 86379sec 12:34:56 v1.2.3 1.2.3 300.1.1.1 1.2.3.4.5 a:b lo: eth0: 1:2:3',
])('%s stays as it is', (text) => {
  expect(maskAddresses(text)).toBe(text)
})

test('no address of any kind gets through, and nothing hangs', () => {
  const random = seeded(7)
  const below = (count: number) => Math.floor(random() * count)
  const digits = (count: number) => Array.from({ length: count }, () => below(16).toString(16)).join('')
  const makers: (() => string)[] = [
    () => `${[1 + below(126), below(256), below(256), 1 + below(254)].join('.')}`,
    () => [`2a${digits(2)}`, ...Array.from({ length: 7 }, () => `1${digits(3)}`)].join(':'),
    () => `fe80::1${digits(3)}:1${digits(3)}:1${digits(3)}:1${digits(3)}`,
    () => Array.from({ length: 6 }, (_, i) => (i === 0 ? '8c' : digits(2))).join(below(2) === 0 ? ':' : '-'),
  ]
  for (let round = 0; round < 300; round += 1) {
    const addresses = Array.from({ length: 1 + below(12) }, () => (makers[below(makers.length)] as () => string)())
    const text = addresses.map(
      (address) => `${' '.repeat(1 + below(3))}${address}${['', '/24', ',', '%en0'][below(4)]}`,
    )
    const words = maskAddresses(text.join('')).split(/[\s/,%]+/)
    expect(words.filter((word) => addresses.includes(word))).toEqual([])
  }
  const began = performance.now()
  for (const piece of ['1:', '1.', 'f', 'DNS suffix', '::', '00:', '1:1.']) maskAddresses(piece.repeat(20_000))
  expect(performance.now() - began).toBeLessThan(1000)
})
