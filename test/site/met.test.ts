import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../../labs/checks/culprit.ts'
import { LANGUAGES } from '../../site/languages.ts'
import { ERRORS } from '../../site/reference/errors.ts'
import { wordsOf } from '../../site/words.ts'
import { COURSE } from '../helpers/course.ts'

describe('the errors you will meet', () => {
  it('are known to the explanations of a run, each once', () => {
    expect(ERRORS.map(({ code }) => errorOf(code))).toEqual(ERRORS.map(({ code }) => code))
    expect(new Set(ERRORS.map(({ code }) => code)).size).toBe(ERRORS.length)
    expect(ERRORS.length).toBeGreaterThanOrEqual(15)
  })

  it.each(LANGUAGES)('say in %s what each is, who caused it and what to try, and of no other who caused it', (lang) => {
    const words = { ...wordsOf(lang, 'errors'), ...wordsOf(lang, 'met') }
    for (const { code } of ERRORS) {
      for (const key of [`error.${code}`, `error.${code}.try`, `errors.whom.${code}`]) {
        expect(words[key] ?? `no ${key}`).toMatch(/[.。]$/)
      }
    }
    const explained = Object.keys(words).filter((key) => key.startsWith('errors.whom.'))
    expect(explained.sort()).toEqual(ERRORS.map(({ code }) => `errors.whom.${code}`).sort())
  })

  it('show Linux’s number in Python’s line, and name labs that exist', () => {
    for (const { numbers, python, labs = [] } of ERRORS) {
      expect(/\[Errno (\d+)\]/.exec(python)?.[1]).toBe(numbers?.[0].toString())
      expect(labs.filter((lab) => !existsSync(join(COURSE, 'labs', 'catalog', lab, 'lab.ts')))).toEqual([])
    }
  })
})
