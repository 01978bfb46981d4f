import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const code = globSync('{labs,site,test}/**/*.{ts,astro,mjs}', { cwd: ROOT }).sort()
const architecture = read('ARCHITECTURE.md')

/** Everything a file imports: relative paths as paths from the top, packages by their names. */
function importsOf(file: string): string[] {
  const named = /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]/g
  const bare = /(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g
  const dynamic = /\bimport\(\s*['"]([^'"]+)['"]/g
  const text = read(file)
  return [named, bare, dynamic]
    .flatMap((pattern) => [...text.matchAll(pattern)].map(([, from = '']) => from))
    .map((from) => (from.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), from)) : from).replace(/\?.*$/, ''))
}

/** Imports of files below `room` that `allowed` does not let through, as `file imports what`. */
function strangers(room: RegExp, allowed: (imported: string) => boolean): string[] {
  return code
    .filter((file) => room.test(file))
    .flatMap((file) =>
      importsOf(file)
        .filter((imported) => !allowed(imported))
        .map((imported) => `${file} imports ${imported}`),
    )
}

const isPackage = (imported: string) => !/^(labs|site|test|content)\//.test(imported)
const pure = (imported: string) => /^labs\/[^/]+\.ts$/.test(imported)

describe('the rooms', () => {
  it('are read: the import lines of many files are found', () => {
    expect(code.length).toBeGreaterThan(40)
    expect(importsOf('labs/server/server.ts')).toContain('labs/bench/bench.ts')
  })

  it('content holds words only', () => {
    const files = globSync('content/**/*.*', { cwd: ROOT })
    expect(files.length).toBeGreaterThan(4)
    expect(files.filter((file) => !/\.(mdx|json)$/.test(file))).toEqual([])
    const imports = files.filter((file) => file.endsWith('.mdx') && /^(import|export)\s/m.test(read(file)))
    expect(imports).toEqual([])
  })

  it('what both sides share imports nothing but itself', () => {
    expect(strangers(/^labs\/[^/]+\.ts$/, pure)).toEqual([])
  })

  it('instruments know nothing of benches, benches nothing of the server, and no lab knows a page', () => {
    const below =
      (...rooms: string[]) =>
      (imported: string) =>
        isPackage(imported) || pure(imported) || rooms.some((room) => imported.startsWith(`labs/${room}/`))
    expect(strangers(/^labs\/instruments\//, below('instruments', 'wire'))).toEqual([])
    expect(strangers(/^labs\/bench\//, below('bench', 'instruments', 'wire'))).toEqual([])
    expect(strangers(/^labs\/server\//, below('server', 'bench', 'instruments', 'wire', 'checks'))).toEqual([])
  })

  it('decoding and checks are pure: they import no package, nothing that runs, and no page', () => {
    expect(strangers(/^labs\/wire\//, (imported) => pure(imported) || /^labs\/wire\//.test(imported))).toEqual([])
    const known = (imported: string) => pure(imported) || /^labs\/(wire|checks)\//.test(imported)
    expect(strangers(/^labs\/checks\//, known)).toEqual([])
  })

  it('a program uses what its runtime brings and iconv-lite; a lab definition uses only defineLab', () => {
    expect(strangers(/^labs\/catalog\/.*\/lab\.ts$/, (imported) => imported === 'labs/lab.ts')).toEqual([])
    const known = (imported: string) => imported.startsWith('node:') || imported === 'iconv-lite'
    expect(strangers(/^labs\/catalog\/.*\/(?!(lab|checks|deeds)\.ts$)[^/]+\.ts$/, known)).toEqual([])
  })

  it('what judges a lab is pure, and knows nothing but checks', () => {
    const known = (imported: string) => pure(imported) || /^labs\/(wire|checks)\//.test(imported)
    expect(strangers(/^labs\/catalog\/.*\/(checks|deeds)\.ts$/, known)).toEqual([])
  })

  it('the site takes only what is pure from the labs', () => {
    const known = (imported: string) =>
      pure(imported) || /^(labs\/(wire|checks)|site|content)\//.test(imported) || isPackage(imported)
    expect(strangers(/^site\//, known)).toEqual([])
    expect(strangers(/^site\/bench\//, (imported) => !/^(node:|ws$|node-pty$|sirv$)/.test(imported))).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  it('names every folder of the rooms, and nothing that is not there', () => {
    const tree = /```\n(content\/[\s\S]*?)```/.exec(architecture)?.[1] ?? ''
    const named = [...tree.matchAll(/^( *)(\S+)/gm)]
    const stack: string[] = []
    const paths = named.map(([, indent = '', name = '']) => {
      stack.splice(indent.length / 2)
      stack.push(name.replace(/\/$/, ''))
      return stack.join('/')
    })
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter((path) => !/[<*]/.test(path) && !existsSync(join(ROOT, path)))).toEqual([])
    const folders = ['labs', 'site', 'test'].flatMap((room) =>
      readdirSync(join(ROOT, room), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${room}/${name}`),
    )
    expect(folders.filter((folder) => !paths.includes(folder))).toEqual([])
  })

  it('gives a reason for every runtime dependency', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
    const unexplained = Object.keys(dependencies).filter((name) => !architecture.includes(`| \`${name}\` |`))
    expect(unexplained).toEqual([])
  })
})

describe('package.json', () => {
  it('pins every version exactly', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'))
    const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    expect(all.length).toBeGreaterThan(20)
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))).toEqual([])
  })

  it('has a lock file that names no download host', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/)
  })
})
