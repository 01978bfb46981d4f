import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import { courseTable } from './course-table.ts'

/**
 * Ends a run with one plain line, so that nobody has to guess how many tests ran, and names what was skipped and what passed
 * only when it was tried again. Where the tasks were proved, before it what the course asks and proves. Where all that failed
 * are tests, their files are written into the file that FAILED_FILES names, as a JSON list.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 }
    const skipped: string[] = []
    const again: string[] = []
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'pending') continue
        count[state] += 1
        const name = `${module.relativeModuleId}: ${test.fullName}`
        if (state === 'skipped') skipped.push(name)
        if (state === 'passed' && (test.diagnostic()?.retryCount ?? 0) > 0) again.push(name)
      }
      // A file that could not even be read has no tests that could fail.
      if (module.errors().length > 0) count.failed += 1
    }
    if (modules.some(({ relativeModuleId }) => relativeModuleId.endsWith('labs/tasks.test.ts')) && !process.env.LAB) {
      console.log(`\n${courseTable().join('\n')}\n`)
    }
    for (const name of skipped) console.log(`skipped: ${name}`)
    for (const name of again) console.log(`passed only when tried again: ${name}`)
    const { FAILED_FILES } = process.env
    if (FAILED_FILES !== undefined && unhandled.length === 0) {
      const failed = modules.filter((module) => !module.ok()).map(({ relativeModuleId }) => relativeModuleId)
      writeFileSync(FAILED_FILES, JSON.stringify(failed))
    }
    console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  }
}
