/** What the real runtimes print, and which line is marked for it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Language } from '../../labs/lab.ts'
import { complaintIn } from '../../site/bench/edit/complaint.ts'
import { INTERPRETERS, NO_PYTHON } from '../helpers/shell-program.ts'

const folder = mkdtempSync(join(tmpdir(), 'both-ends complaints-'))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
writeFileSync(join(folder, 'other.ts'), "export function other() {\n  throw new Error('of another file')\n}\n")
writeFileSync(join(folder, 'other.py'), 'def other():\n    raise ValueError("of another file")\n')
afterAll(() => rmSync(folder, { recursive: true }))

const NODE = { command: process.execPath, file: 'send.ts' }
const PYTHON = { command: INTERPRETERS.py ?? 'python3', file: 'send.py' }

/** Runs a text as a program and gives what it printed, in colours as in a terminal. */
function printed(language: Language, text: string): string {
  const { command, file } = language === 'ts' ? NODE : PYTHON
  writeFileSync(join(folder, file), text)
  const env = { PATH: process.env.PATH, FORCE_COLOR: '1', PYTHON_COLORS: '1', PYTHONPATH: folder }
  const { stdout, stderr, status, signal } = spawnSync(command, [file], { cwd: folder, env, encoding: 'utf8' })
  // What Ctrl-C ends, ends by its signal.
  expect(status ?? signal).not.toBeNull()
  return (stdout + stderr).replaceAll('\n', '\r\n')
}

const told = (language: Language, text: string) => {
  const complaint = complaintIn(printed(language, text), `send.${language}`, language)
  return complaint && `${complaint.line}: ${complaint.message}`
}

describe('Node', () => {
  test.each([
    ['const a = 1\nconst b = ;\n', /^2: SyntaxError \[ERR_INVALID_TYPESCRIPT_SYNTAX\]: ./],
    ['const a: = 3\nconsole.log(1)\n', /^1: SyntaxError \[ERR_INVALID_TYPESCRIPT_SYNTAX\]: ./],
    ['const a = 1\nenum X { A }\n', /^2: SyntaxError \[ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX\]: TypeScript enum/],
    ['class P {\n  constructor(private x: number) {}\n}\n', /^2: SyntaxError \[ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX\]: ./],
    ['let s = "abc\nconsole.log(s)\n', /^1: SyntaxError \[ERR_INVALID_TYPESCRIPT_SYNTAX\]: Unterminated/],
    ['for (const x of [1]) {\n  console.log(x)\n}}\n', /^3: SyntaxError/],
    ['const a = 1\nconst a = 2\n', /^2: SyntaxError: Identifier 'a' has already been declared$/],
    ["import net from 'node:net'\nimport { nope } from 'node:net'\n", /^2: SyntaxError: The requested module/],
    ['\nconsole.log("改" + 变量)\n', /^2: ReferenceError: 变量 is not defined$/],
    ['const x: any = null\nfunction go() {\n  x.foo()\n}\ngo()\n', /^3: TypeError: Cannot read properties of null/],
    ['await Promise.reject(new Error("boom\\nline two"))\n', /^1: Error: boom$/],
    ["import { other } from './other.ts'\n\nother()\n", /^3: Error: of another file$/],
    ['console.log("file:///x/send.ts:9")\nthrow new RangeError("own")\n', /^2: RangeError: own$/],
    ['try {\n  null.x\n} catch (error) {\n  console.error(error)\n  process.exit(1)\n}\n', /^2: TypeError: ./],
  ])('%j is marked', (text, expected) => {
    expect(told('ts', text)).toMatch(expected)
  })

  test.each([
    'console.log("all right")\n',
    'throw "just text"\n',
    'import net from "node:net"\nnet.connect(9, "127.0.0.1")\n',
    'console.error("Nobody has port 12821.")\nprocess.exit(1)\n',
    'import x from "./nope.ts"\n',
  ])('%j has no line to mark', (text) => {
    expect(told('ts', text)).toBeNull()
  })
})

describe.skipIf(INTERPRETERS.py === null)(INTERPRETERS.py ? 'Python' : `Python (${NO_PYTHON})`, () => {
  test.each([
    ['print(1)\nif True\n    print(2)\n', /^2: SyntaxError: ./],
    ['def f():\nprint(1)\n', /^2: IndentationError: expected an indented block/],
    ['if True:\n    x = 1\n  y = 2\n', /^3: IndentationError: unindent does not match/],
    ['if True:\n\tx = 1\n        y = 2\n', /^3: TabError: inconsistent use of tabs/],
    ['print("abc)\n', /^1: SyntaxError: unterminated string literal/],
    ['x = (1,\n  2\nprint(x)\n', /^[123]: SyntaxError: ./],
    ['def f():\n    return 1 / 0\n\nf()\n', /^2: ZeroDivisionError: division by zero$/],
    ['import socket\ns = socket.socket()\ns.connect(("127.0.0.1", 9))\n', /^3: ConnectionRefusedError: \[Errno \d+\]/],
    ['try:\n    1/0\nexcept Exception as e:\n    raise ValueError("second\\nrow") from e\n', /^4: ValueError: second$/],
    ['import nope\n', /^1: ModuleNotFoundError: No module named 'nope'$/],
    ['\nprint(变量)\n', /^2: NameError: name '变量' is not defined$/],
    ['import threading\ndef f():\n    1/0\nthreading.Thread(target=f).start()\n', /^3: ZeroDivisionError/],
    ['def f():\n    f()\nf()\n', /^2: RecursionError: ./],
    ['from other import other\n\nother()\n', /^3: ValueError: of another file$/],
    ['class Own(Exception): pass\nraise Own("x")\n', /^2: (?:__main__\.)?Own: x$/],
    ['class OwnError(Exception): pass\nraise OwnError\n', /^2: (?:__main__\.)?OwnError$/],
  ])('%j is marked', (text, expected) => {
    expect(told('py', text)).toMatch(expected)
  })

  test('a group of exceptions is marked where it was raised', () => {
    const said = told('py', 'raise ExceptionGroup("g", [ValueError(1), TypeError(2)])\n')
    // Older than 3.11, it has none, and says so.
    expect(said).toMatch(/^1: (ExceptionGroup: g \(2 sub-exceptions\)|NameError: name 'ExceptionGroup'.*)$/)
  })

  test.each(['print("all right")\n', 'import sys\nsys.exit("a sentence")\n', 'raise KeyboardInterrupt\n'])(
    '%j has no line to mark',
    (text) => {
      expect(told('py', text)).toBeNull()
    },
  )
})

test('a name in another folder, or of another program, is not the program’s', () => {
  const output = '  File "/lab/receive.py", line 3\n    x = (\n        ^\nSyntaxError: \'(\' was never closed\n'
  expect(complaintIn(output, 'send.py', 'py')).toBeNull()
  expect(complaintIn(output, 'receive.py', 'py')).toEqual({ line: 3, message: "SyntaxError: '(' was never closed" })
})

test('Python 3.13 colours what it tells, and Windows has its own paths', () => {
  const coloured = [
    'Traceback (most recent call last):',
    '  File \x1b[35m"C:\\lab\\send.py"\x1b[0m, line \x1b[35m7\x1b[0m, in \x1b[35m<module>\x1b[0m',
    '    \x1b[31m1\x1b[0m\x1b[1;31m/\x1b[0m\x1b[31m0\x1b[0m',
    '\x1b[1;35mZeroDivisionError\x1b[0m: \x1b[35mdivision by zero\x1b[0m',
  ].join('\r\n')
  expect(complaintIn(coloured, 'send.py', 'py')).toEqual({ line: 7, message: 'ZeroDivisionError: division by zero' })
})
