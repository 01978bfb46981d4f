import { describe, expect, test } from 'vitest'
import { type Known, linkTo, readLink, withoutLink } from '../../site/bench/link/link.ts'

const KNOWN: Known = {
  programs: ['server', 'client'],
  runs: ['py-py', 'py-ts', 'ts-ts'],
  panels: ['code', 'terminal', 'wire', 'bytes', 'sockets', 'shell'],
}
const keys = (search: string) => readLink(search, KNOWN).troubles.map(({ key, values }) => [key, values])

describe('a link to a moment', () => {
  const page = new URL('http://127.0.0.1:8080/en/tcp/queue/?key=secret&lab=old#there')
  const moment = { lab: 'tcp-client-sends', run: 'py-ts', panels: ['code', 'wire'], at: 12 } as const

  test('names lab, run, panels and step, and nothing else that was in the address', () => {
    expect(linkTo(page, moment)).toBe(
      'http://127.0.0.1:8080/en/tcp/queue/?lab=tcp-client-sends&run=py-ts&panels=code,wire&at=12#lab-tcp-client-sends',
    )
  })

  test('is read as it was made', () => {
    const { search } = new URL(linkTo(page, moment))
    expect(readLink(search, KNOWN)).toEqual({
      languages: { server: 'py', client: 'ts' },
      panels: ['code', 'wire'],
      at: 12,
      troubles: [],
    })
  })

  test('leaves what it does not name as it is', () => {
    expect(readLink('?lab=x', KNOWN)).toEqual({ languages: null, panels: null, at: null, troubles: [] })
  })

  test('is taken out of an address, and all else stays', () => {
    expect(withoutLink('http://h/en/?lab=a&run=py&panels=code&at=3&q=4#x')).toBe('http://h/en/?q=4#x')
  })
})

describe('what a link says wrongly', () => {
  test.each(['0', '-3', '1.5', 'twelve', '', '12345678901', ' 4'])('is told of the event `%s`', (at) => {
    expect(readLink(`?at=${encodeURIComponent(at)}`, KNOWN).at).toBe(null)
    expect(keys(`?at=${encodeURIComponent(at)}`)).toEqual([['link.no-step', { at }]])
  })

  test.each(['ts-py', 'py', 'py-py-py', 'rb-rb', 'PY-PY', '', '__proto__'])('is told of the run `%s`', (run) => {
    expect(readLink(`?run=${run}`, KNOWN).languages).toBe(null)
    expect(keys(`?run=${run}`)).toEqual([['link.unknown-run', { run }]])
  })

  test('is told of panels, and the others are opened', () => {
    const { panels, troubles } = readLink('?panels=wire,fuats,toString,code,faults', KNOWN)
    expect(panels).toEqual(['code', 'wire'])
    expect(troubles).toEqual([{ key: 'link.unknown-panels', values: { panels: 'fuats,toString,faults' } }])
    expect(readLink('?panels=fuats', KNOWN).panels).toBe(null)
    expect(readLink('?panels=', KNOWN)).toMatchObject({ panels: null, troubles: [] })
  })

  test('is told in no more words than fit into a sentence', () => {
    const [trouble] = readLink(`?panels=${'x'.repeat(5000)}`, KNOWN).troubles
    expect(String(trouble?.values?.panels)).toMatch(/^x{40}…$/)
    expect(readLink(`?panels=${'a,'.repeat(5000)}`, KNOWN).troubles[0]?.values?.panels).toBe('a,a,a,a,a,a,a')
  })
})
