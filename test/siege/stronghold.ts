import type { Limits } from '../../labs/limits.ts'
import { BenchClient } from '../helpers/bench-client.ts'
import { startCourse, type TestCourse } from '../helpers/course.ts'
import { PROGRAMS } from './programs.ts'

/** How long a letter took there and back, in ms. */
export interface Echo {
  readonly median: number
  readonly worst: number
}

/** A course's server in a process of its own, on networks of its benches' own, with programs that mean harm. */
export class Stronghold {
  readonly course: TestCourse
  readonly port: number
  readonly pid: number

  private constructor(course: TestCourse) {
    this.course = course
    this.port = course.port
    this.pid = course.pid
  }

  static async build(limits: Partial<Limits> = {}): Promise<Stronghold> {
    const course = await startCourse({ apart: true, rung: 'own', limits })
    await course.addLab('siege', PROGRAMS)
    return new Stronghold(course)
  }

  open(): Promise<BenchClient> {
    return BenchClient.open(this.port, 'siege')
  }

  /** A bench with the program that repeats what it hears. */
  async watch(): Promise<Watch> {
    const page = await this.open()
    page.run({ program: 'repeat', language: 'py' })
    await page.until(() => page.text('repeat').includes('ready'))
    return new Watch(page)
  }

  close(): Promise<void> {
    return this.course.close()
  }
}

/** A reader who only learns while others attack. */
export class Watch {
  readonly page: BenchClient

  constructor(page: BenchClient) {
    this.page = page
  }

  /** Types letters one after the other and waits for each to come back: so many at least, and until something is over. */
  async echo(times: number, over: Promise<unknown> = Promise.resolve()): Promise<Echo> {
    const took: number[] = []
    let goesOn = true
    over.finally(() => {
      goesOn = false
    })
    while (took.length < times || goesOn) {
      const before = this.page.received('repeat')
      const began = performance.now()
      this.page.type('repeat', 'x')
      await this.page.until(() => this.page.received('repeat') > before)
      took.push(performance.now() - began)
    }
    took.sort((a, b) => a - b)
    await over
    return { median: took[Math.floor(took.length / 2)] ?? 0, worst: took.at(-1) ?? 0 }
  }

  /** Everything it has heard that it did not type itself. */
  get foreign(): string {
    return this.page.text('repeat').replace('ready', '').replaceAll('x', '')
  }

  get isWell(): boolean {
    return !this.page.closed && this.page.troubles.length === 0
  }

  leave(): Promise<void> {
    return this.page.leave()
  }
}
