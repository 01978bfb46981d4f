import { describe, expect, it } from 'vitest'
import { chapterAt, chaptersOf } from '../../../labs/checks/chapters.ts'
import type { Story } from '../../../labs/checks/story.ts'
import { recordedStory, recordingNames } from '../../helpers/recorded-stories.ts'
import { bulk, TWO_HOSTS } from '../../helpers/stories.ts'
import { endpoint, StoryMaker } from '../../helpers/story-maker.ts'

/** `begin 1-8 · connect 2 9-13`. */
function told(story: Story): string {
  return chaptersOf(story)
    .map(({ name, from, to, connections }) => {
      const which = connections
        ? `${connections.from}${connections.to > connections.from ? `-${connections.to}` : ''} `
        : ''
      return `${name} ${which}${from}-${to}`
    })
    .join(' · ')
}

const names = (story: Story) => chaptersOf(story).map(({ name }) => name)

async function recorded(name: string): Promise<Story> {
  const shown = await recordedStory(name)
  if (shown === null) throw new Error(`${name} tells no run.`)
  return shown.story
}

const SERVER = '10.0.0.2:12824'

/** A talk between a server that is there and clients that come. */
class Scene {
  readonly maker = new StoryMaker(TWO_HOSTS)

  serves(): this {
    this.maker.starts('server', 'py')
    this.maker.call('server', { name: 'listen', deed: 'listen' })
    return this
  }

  /** Asks for a connection from this port. @returns the call's place. */
  connects(port: number): number {
    this.maker.starts('client', 'py')
    const call = this.maker.waits('client', { name: 'connect', deed: 'connect', socket: this.#socket(port) })
    this.#packet(port, true, ['SYN'])
    return call
  }

  /** The handshake is done, and the connection taken. */
  accepts(port: number, call: number): this {
    this.#packet(port, false, ['SYN', 'ACK'])
    this.#packet(port, true, ['ACK'])
    this.maker.returns(call)
    const accepted = { ...this.#socket(port), local: endpoint(SERVER), remote: endpoint(`10.0.0.1:${port}`) }
    this.maker.call('server', { name: 'accept', deed: 'accept', accepted })
    return this
  }

  sends(port: number, byClient = true): this {
    this.#packet(port, byClient, ['PSH', 'ACK'], { payload: 4, receivedBy: [0] })
    return this
  }

  ends(port: number, byClient = true): this {
    this.#packet(port, byClient, ['FIN', 'ACK'])
    return this
  }

  refuses(port: number, call: number): this {
    this.#packet(port, false, ['RST', 'ACK'])
    this.maker.returns(call, { error: 'ECONNREFUSED' })
    return this
  }

  exits(program: 'client' | 'server'): this {
    this.maker.ends(program, { code: 0, signal: null })
    return this
  }

  /** A whole talk, one after the other. */
  talks(port: number): this {
    return this.accepts(port, this.connects(port)).sends(port).ends(port).ends(port, false).exits('client')
  }

  get told(): string {
    return told(this.maker.story())
  }

  #socket(port: number) {
    return {
      id: port,
      protocol: 'tcp',
      descriptor: 3,
      local: endpoint(`10.0.0.1:${port}`),
      remote: endpoint(SERVER),
    } as const
  }

  #packet(port: number, byClient: boolean, tcp: readonly ('SYN' | 'ACK' | 'PSH' | 'FIN' | 'RST')[], more = {}): void {
    const [source, destination] = byClient ? [`10.0.0.1:${port}`, SERVER] : [SERVER, `10.0.0.1:${port}`]
    this.maker.packet({ source, destination, tcp, ...more })
  }
}

describe('the chapters of a run', () => {
  it('are all of its steps, each once, in every recorded run', async () => {
    const all = recordingNames()
    expect(all.length).toBeGreaterThan(35)
    for (const name of all) {
      const story = (await recordedStory(name))?.story
      if (!story) continue
      const steps = chaptersOf(story).flatMap(({ from, to }) =>
        Array.from({ length: to - from + 1 }, (_, i) => from + i),
      )
      expect({ name, steps }).toEqual({ name, steps: story.steps.map(({ at }) => at) })
    }
  })

  it('of one connection are begin, connect, talk, close and end, in both languages and either way', async () => {
    for (const lab of ['tcp-client-sends', 'tcp-server-sends', 'tcp-both-send', 'tcp-both-receive']) {
      for (const mixture of ['py-py', 'py-ts', 'ts-py', 'ts-ts']) {
        const found = names(await recorded(`${lab}/${mixture}`))
        expect({ lab, mixture, found }).toEqual({ lab, mixture, found: ['begin', 'connect', 'talk', 'close', 'end'] })
      }
    }
  })

  it('turn where a person would turn the page', async () => {
    const story = await recorded('tcp-client-sends/py-py')
    const first = chaptersOf(story).map(({ from }) => story.steps[from - 1])
    const calls = first.map((step) => (step && 'call' in step ? story.calls[step.call]?.deed : step?.kind))
    expect(calls).toEqual(['starts', 'connect', 'send', 'close', 'close'])
    expect(chapterAt(story, 0)).toBe(null)
    expect(chapterAt(story, 9)?.name).toBe('connect')
    expect(chapterAt(story, story.steps.length)?.name).toBe('end')
  })

  it('of a connection that is refused end with the attempt', async () => {
    for (const mixture of ['py-py', 'py-ts', 'ts-py', 'ts-ts']) {
      expect(names(await recorded(`tcp-as-found/${mixture}`))).toEqual(['begin', 'refused', 'end'])
    }
  })

  it('of datagrams know no connection, and say where nobody got one', async () => {
    expect(names(await recorded('udp-aligned/ts-ts'))).toEqual(['begin', 'talk', 'end'])
    expect(names(await recorded('udp-bad-road/py-py'))).toEqual(['begin', 'talk', 'end'])
    for (const unheard of ['udp-as-found/py-ts', 'udp-dropped/py', 'udp-refused/ts']) {
      expect(names(await recorded(unheard))).toEqual(['begin', 'unheard', 'end'])
    }
  })

  it('do not call datagrams unheard before everything has ended', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    maker.starts('client', 'py')
    maker.packet({ source: '10.0.0.1:1', destination: '10.0.0.2:2', payload: 4 })
    maker.call('client', { name: 'close', deed: 'close' })
    expect(names(maker.story())).toEqual(['begin', 'talk'])
    maker.settled = true
    expect(names(maker.story())).toEqual(['begin', 'unheard'])
  })

  it('go on talking while one end has closed and the other still sends', () => {
    const scene = new Scene().serves()
    scene.accepts(4000, scene.connects(4000)).sends(4000).ends(4000).sends(4000, false).ends(4000, false)
    expect(scene.told).toBe('begin 1-3 · connect 4-9 · talk 10-12 · close 13-13')
  })

  it('are numbered where connections follow each other; the next begins with its program', () => {
    const scene = new Scene().serves().talks(4000).talks(4001).exits('server')
    expect(scene.told).toBe(
      'begin 1-3 · connect 1 4-9 · talk 1 10-10 · close 1 11-13 · connect 2 14-20 · talk 2 21-21 · close 2 22-23 · end 24-25',
    )
  })

  it('are told together where connections overlap', () => {
    const scene = new Scene().serves()
    const [one, other] = [scene.connects(4000), scene.connects(4001)]
    scene.accepts(4000, one).accepts(4001, other).sends(4000).sends(4001).ends(4000).ends(4001)
    expect(scene.told).toBe('begin 1-3 · connect 1-2 4-16 · talk 1-2 17-18 · close 1-2 19-20')
  })

  it('are one for each connection where there are more than three, and never more than a line can show', () => {
    const four = new Scene().serves()
    for (let port = 4000; port < 4004; port += 1) four.talks(port)
    expect(four.told).toMatch(
      /^begin 1-3 · connections 1 4-13 · connections 2 14-24 · .* · connections 4 \d+-\d+ · end/,
    )
    const many = new Scene().serves()
    for (let port = 4000; port < 4100; port += 1) many.talks(port)
    expect(many.told.split(' · ').length).toBeLessThanOrEqual(14)
    expect(many.told).toContain('connections 91-99')
  })

  it('tell several attempts in vain as one, and count only what became a connection', () => {
    const scene = new Scene()
    for (const port of [4000, 4001, 4002]) scene.refuses(port, scene.connects(port)).exits('client')
    expect(scene.told).toMatch(/^begin 1-1 · refused 2-\d+ · end/)
    scene.serves().talks(4003)
    expect(names(scene.maker.story())).toEqual(['begin', 'refused', 'connect', 'talk', 'close', 'end'])
    expect(chaptersOf(scene.maker.story()).every(({ connections }) => connections === null)).toBe(true)
  })

  it('are found by the calls alone where no packets are seen', async () => {
    for (const name of [
      'tcp-client-sends/py-py',
      'tcp-client-sends/ts-py',
      'tcp-as-found/py-py',
      'udp-aligned/py-py',
    ]) {
      const whole = await recorded(name)
      const kept = whole.steps.filter(({ kind }) => kind !== 'packet')
      const steps = kept.map((step, i) => ({ ...step, at: i + 1 }))
      const calls = whole.calls.map((call) => ({ ...call, packets: [] }))
      const blind: Story = { ...whole, steps, calls, packets: [], conversations: [] }
      expect({ name, found: names(blind) }).toEqual({ name, found: names(whole) })
    }
  })

  it('are begin and end where nobody talks, and none where nothing happens', () => {
    const maker = new StoryMaker(TWO_HOSTS)
    expect(chaptersOf(maker.story())).toEqual([])
    maker.starts('server', 'py')
    maker.call('server', { name: 'bind', deed: 'bind', error: 'EADDRINUSE' })
    expect(told(maker.story())).toBe('begin 1-2')
    maker.ends('server', { code: 1, signal: null })
    expect(told(maker.story())).toBe('begin 1-2 · end 3-3')
  })

  it('take no longer for thousands of steps than one can wait', () => {
    const { story } = bulk(4000)
    const began = performance.now()
    expect(names(story)).toContain('talk')
    expect(performance.now() - began).toBeLessThan(500)
  })
})
