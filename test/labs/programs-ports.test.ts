/** The programs of the lesson on ports, which need two shelves of their own. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { LANGUAGES, type Language } from '../../labs/lab.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { PYTHON, whyNoOwnNetwork } from '../helpers/live-network.ts'
import { tableOf } from '../helpers/observing.ts'

const runs = (...languages: Language[]) => PYTHON !== null || !languages.includes('py')
const PAIRS = LANGUAGES.flatMap((waits) => LANGUAGES.map((begins) => ({ waits, begins })))
const IN_USE = (port: number) => `Port ${port} is already in use. Stop the program that holds it, then run this again.`
const ANSWERS = ['UDP 127.0.0.1: ok', 'TCP 127.0.0.2: ok', 'TCP 0.0.0.0: EADDRINUSE']

describe.skipIf(whyNoOwnNetwork)(`labs of ports (${whyNoOwnNetwork ?? 'they can run here'})`, () => {
  let course: TestCourse
  let page: BenchClient

  beforeAll(async () => {
    course = await startCourse({ rung: 'own', catalog: true })
  })
  afterEach(() => page?.leave())
  afterAll(() => course.close())

  /** What programs printed, line by line, and the codes with which they ended. */
  async function run(lab: string, programs: Readonly<Record<string, Language>>) {
    page = await BenchClient.open(course.port, lab)
    page.run(...Object.entries(programs).map(([program, language]) => ({ program, language })))
    return Promise.all(Object.keys(programs).map((name) => end(name)))
  }

  async function end(name: string) {
    const { code } = await page.exit(name)
    return { code, lines: linesOf(page.text(name)) }
  }

  describe.each(PAIRS)('$waits waits, $begins begins', ({ waits, begins }) => {
    test.skipIf(!runs(waits, begins))('port-taken: what is taken is one port of one address and protocol', async () => {
      page = await BenchClient.open(course.port, 'port-taken')
      page.run({ program: 'holder', language: waits }, { program: 'others', language: begins })
      expect(await end('others')).toEqual({ code: 0, lines: ['TCP 127.0.0.1: EADDRINUSE', ...ANSWERS] })
      expect(linesOf(page.text('holder'))).toEqual(['Holding TCP port 12825 of 127.0.0.1.'])
      expect(page.eventsOf('holder', 'exited')).toEqual([])
    })

    test.skipIf(!runs(waits, begins)).each(['port-low-right', 'port-low-open'])(
      '%s: the server has port 80, and a client without any right is let in',
      async (lab) => {
        const [server, client] = await run(lab, { server: waits, client: begins })
        const [, port] = /^Connected from port (\d+) to port 80\.$/.exec(client?.lines[0] ?? '') ?? []
        expect(client?.code).toBe(0)
        expect(Number(port)).toBeGreaterThan(1023)
        const lines = ['Waiting for a connection on port 80.', `Connected from port ${port}.`]
        expect(server).toEqual({ code: 0, lines })
      },
    )

    test.skipIf(!runs(waits, begins))(
      'port-nobody: a port in use lets nobody in unless it is listened on',
      async () => {
        const [holder, knock] = await run('port-nobody', { holder: waits, knock: begins })
        const [, own] = /^My own port is (\d+)\.$/.exec(knock?.lines[1] ?? '') ?? []
        const refused = [own, 12826].map((port) => `Port ${port}: ECONNREFUSED`)
        expect(knock).toEqual({ code: 0, lines: ['Port 12825: connected', `My own port is ${own}.`, ...refused] })
        expect(holder?.code).toBe(0)
        expect(holder?.lines).toEqual(['Holding TCP port 12825 of 127.0.0.1.', `Connected from port ${own}.`])
      },
    )

    test.skipIf(!runs(waits, begins))('port-given: who is told the port is served, and no other', async () => {
      page = await BenchClient.open(course.port, 'port-given')
      page.run({ program: 'server', language: waits }, { program: 'client', language: begins })
      for (const [index, [typed, said]] of [
        ['1', 'Nobody is listening on port 1.'],
        ['70000', '70000 is no port.'],
      ].entries()) {
        await answer(index + 1, `${typed}\r`)
        expect((await page.exit('client')).code).toBe(1)
        expect(page.text('client')).toContain(said)
        page.run({ program: 'client', language: begins })
      }
      await answer(3, '12827\r')
      expect((await end('server')).lines.join()).toMatch(/^Waiting for a client on port 12827\.,Sent \w+\.$/)
      const [, token] = /Sent (\w+)\./.exec(page.text('server')) ?? []
      expect((await page.exit('client')).code).toBe(0)
      expect(page.text('client')).toContain(`Received from port 12827: ${token}`)
    })

    /** Types into the client, once it asks for the time of this number. */
    async function answer(count: number, text: string) {
      await page.until(() => page.text('client').split('Which port? ').length > count)
      page.type('client', text)
    }
  })

  describe.each(LANGUAGES)('in %s', (language) => {
    test.skipIf(!runs(language))(
      'port-taken: alone, a program has what was taken, and stands in its own way',
      async () => {
        page = await BenchClient.open(course.port, 'port-taken')
        page.run({ program: 'others', language })
        await page.until(() => tableOf(page, 'here').filter(({ local }) => local?.port === 12825).length === 3)
        expect(await end('others')).toEqual({ code: 0, lines: ['TCP 127.0.0.1: ok', ...ANSWERS] })
      },
    )

    test.skipIf(!runs(language))('port-low: an ordinary program may not have port 80', async () => {
      const [server] = await run('port-low', { server: language })
      expect(server).toEqual({ code: 1, lines: ['I may not bind port 80 (EACCES).'] })
    })

    test.skipIf(!runs(language))('port-nobody: who knocks alone is told what to do', async () => {
      const [knock] = await run('port-nobody', { knock: language })
      expect(knock).toEqual({ code: 1, lines: ['Port 12825: ECONNREFUSED', 'Nobody is there. Run holder first.'] })
    })

    test.skipIf(!runs(language))('port-beyond: the language refuses a number of 17 bits, at the call', async () => {
      const [beyond] = await run('port-beyond', { beyond: language })
      const name = language === 'py' ? 'OverflowError' : 'ERR_SOCKET_BAD_PORT'
      expect(beyond).toEqual({ code: 1, lines: [`There is no port 70000 (${name}).`] })
      const failed = () => page.eventsOf('beyond', 'return').flatMap(({ error }) => error ?? [])
      await page.until(() => failed().length > 0)
      expect(failed()).toEqual([name])
    })

    test.skipIf(!runs(language)).each([
      ['port-taken', 'holder', 12825],
      ['port-low-open', 'server', 80],
      ['port-given', 'server', 12827],
    ])('%s: %s says when its port is taken, and Ctrl-C ends one that waits', async (lab, name, port) => {
      page = await BenchClient.open(course.port, lab)
      page.run({ program: name, language })
      await page.until(() => page.eventsOf(name, 'ready').length === 1)
      page.run({ program: 'shell@here', language: 'sh' })
      await page.until(() => page.text('shell@here').includes('$ '))
      page.type('shell@here', `clear; ${language === 'py' ? PYTHON : 'node'} ${name}.${language}; echo code $?\n`)
      await page.until(() => /code \d/.test(page.text('shell@here')))
      const said = page.text('shell@here').replaceAll(/\s+/g, ' ')
      expect(said).toContain(IN_USE(port))
      expect(said).toContain('code 1')
      page.type(name, '\x03')
      expect(await page.exit(name)).toMatchObject({ code: null, signal: 'SIGINT' })
    })
  })
})

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '')
}
