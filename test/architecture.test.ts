/** Holds the rules of ARCHITECTURE.md that a program can check: who imports whom, how large files get, what nobody uses. The linter holds the size of functions. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../runtime/errors.ts'
import { TRY_HARDER } from '../vitest.soak.config.ts'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const FILE_LINES_MAX = 400

/** Package → packages it may import. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  conventions: [],
  runtime: [],
  otlp: ['conventions'],
  mapping: ['conventions', 'runtime', 'otlp'],
  clickhouse: ['conventions', 'runtime'],
  // Keys and tokens, which three packages understand alike.
  access: ['runtime', 'clickhouse'],
  collector: ['conventions', 'runtime', 'otlp', 'mapping', 'clickhouse', 'access'],
  worker: ['conventions', 'runtime', 'mapping', 'clickhouse', 'access'],
  'query-api': ['conventions', 'runtime', 'otlp', 'mapping', 'clickhouse', 'access'],
  // Speaks HTTP with query-api, which serves it.
  web: ['conventions'],
  cli: ['conventions', 'runtime', 'otlp', 'mapping', 'clickhouse', 'instrumentation', 'access'],
  // Published: applications import it.
  instrumentation: ['conventions'],
}

/** Modules that a process starts with, or that a package offers: nobody needs to import them. */
const ENTRANCES = /^[^/]+\/index\.ts$|(^|\/)main\.tsx?$/

/** What a package of ours asks those to install who use it. */
function peersOf(name: string): string[] {
  if (!name.startsWith('@runlens/')) return []
  const manifest = JSON.parse(readFileSync(join(ROOT, name.slice('@runlens/'.length), 'package.json'), 'utf8'))
  return Object.keys((manifest as { peerDependencies?: Record<string, string> }).peerDependencies ?? {})
}

interface Module {
  path: string
  package: string
  text: string
  imports: string[]
}

function walk(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (['dist', 'node_modules', 'data', '.git'].includes(entry.name)) return []
    const path = join(directory, entry.name)
    return entry.isDirectory() ? walk(path) : [path]
  })
}

/** What a module names of others: imports, and declarations that it refers to. AssemblyScript names its modules without an ending. */
function importsOf(text: string, isAssembly = false): string[] {
  const specifier =
    /(?:^|\n)\/\/\/ <reference path="([^"]+)"|(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]/g
  const found = [...text.matchAll(specifier)].map((match) => match.slice(1).find((from) => from !== undefined) ?? '')
  return isAssembly ? found.map((from) => `${from}.ts`) : found
}

const modules: Module[] = walk(ROOT)
  .map((path) => relative(ROOT, path))
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    return { path, package: path.split('/')[0] ?? '', text, imports: importsOf(text, path.includes('/assembly/')) }
  })
const shipped = modules.filter(({ path, package: name }) => name in MAY_IMPORT && !path.endsWith('.test.ts'))

describe('the architecture', () => {
  it('is read by this test at all', () => {
    expect(shipped.length).toBeGreaterThan(20)
    expect(shipped.some(({ imports }) => imports.includes('@runlens/conventions'))).toBe(true)
  })

  it('lets packages import one another only towards the foundation', () => {
    const wrong = shipped.flatMap(({ path, package: name, imports }) =>
      imports
        .filter((from) => from.startsWith('@runlens/'))
        .map((from) => from.split('/')[1]!)
        .filter((from) => !MAY_IMPORT[name]?.includes(from))
        .map((from) => `${path} imports ${from}`),
    )
    expect(wrong).toEqual([])
  })

  it('lets packages reach one another by name only, never by a path', () => {
    const wrong = shipped.flatMap(({ path, package: name, imports }) =>
      imports
        .filter((from) => from.startsWith('.'))
        .filter((from) => relative(ROOT, resolve(ROOT, dirname(path), from)).split('/')[0] !== name)
        .map((from) => `${path} imports ${from}`),
    )
    expect(wrong).toEqual([])
  })

  it('loads the instrumentation in programs that the demo starts, never in a process of ours', () => {
    const isProgram = (path: string) => path.startsWith('cli/demo/programs/')
    const users = shipped.filter(({ imports }) => imports.some((from) => from.startsWith('@runlens/instrumentation')))
    expect(users.filter(({ path }) => isProgram(path))).not.toEqual([])
    expect(users.filter(({ path }) => !isProgram(path)).map(({ path }) => path)).toEqual([])
    const loaded = shipped.flatMap(({ path, text }) =>
      isProgram(path)
        ? []
        : importsOf(text.replace(/^import type .*$/gm, ''))
            .filter((from) => from.startsWith('.') && isProgram(relative(ROOT, resolve(ROOT, dirname(path), from))))
            .map((from) => `${path} imports ${from}`),
    )
    expect(loaded).toEqual([])
  })

  it('declares every package that is imported', () => {
    const wrong = Object.keys(MAY_IMPORT).flatMap((name) => {
      const manifest = JSON.parse(readFileSync(join(ROOT, name, 'package.json'), 'utf8')) as {
        dependencies?: Record<string, string>
        peerDependencies?: Record<string, string>
      }
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      const used = new Set(
        shipped
          .filter((module) => module.package === name)
          .flatMap(({ imports }) => imports)
          .filter((from) => !from.startsWith('.') && !from.startsWith('node:'))
          .map((from) =>
            from
              .split('/')
              .slice(0, from.startsWith('@') ? 2 : 1)
              .join('/'),
          ),
      )
      const asked = [...used].flatMap(peersOf)
      return [
        ...[...used, ...asked]
          .filter((from) => !declared.includes(from))
          .map((from) => `${name} uses ${from} undeclared`),
        ...declared
          .filter((from) => !used.has(from) && !asked.includes(from))
          .map((from) => `${name} declares ${from} and never uses it`),
      ]
    })
    expect(wrong).toEqual([])
  })

  it('keeps pure rooms free of I/O and clocks', () => {
    const impure =
      /\bDate\.now\(|new Date\(\)|process\.env|from 'node:(?:net|http|https|child_process)'|performance\.now\(/
    const wrong = shipped
      .filter(({ path }) => /^(conventions|otlp|mapping)\/|^query-api\/questions\//.test(path))
      .filter(({ text }) => impure.test(text))
      .map(({ path }) => path)
    expect(wrong).toEqual([])
  })

  it('reads the environment in main.ts only', () => {
    const wrong = shipped
      .filter(({ path, text }) => !path.endsWith('main.ts') && /process\.env\b/.test(text))
      .map(({ path }) => path)
    expect(wrong).toEqual([])
  })

  it('has SQL only where rows are at rest, asked or settled', () => {
    const sql = /\b(?:SELECT\s[\s\S]{0,400}?\sFROM|INSERT\s+INTO)\s/
    const wrong = shipped
      .filter(({ path }) => /^query-api\/routes\//.test(path))
      .filter(({ text }) => sql.test(text))
      .map(({ path }) => path)
    expect(wrong).toEqual([])
  })

  it(`has no file over ${FILE_LINES_MAX} lines`, () => {
    const wrong = modules
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > FILE_LINES_MAX)
    expect(wrong).toEqual([])
  })

  it('opens every file with a sentence on its duty', () => {
    const wrong = shipped.filter(({ text, path }) => !/^(#!.*\n)?\/\*\*/.test(text) && !/(^|\/)index\.ts$/.test(path))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('has no file that nobody imports', () => {
    const imported = new Set(
      modules.flatMap(({ path, imports }) =>
        imports
          .filter((from) => from.startsWith('.'))
          .map((from) => relative(ROOT, resolve(ROOT, dirname(path), from))),
      ),
    )
    const fromTestsOnly = new Set(
      shipped.flatMap(({ path, imports }) =>
        imports
          .filter((from) => from.startsWith('.'))
          .map((from) => relative(ROOT, resolve(ROOT, dirname(path), from))),
      ),
    )
    const orphans = shipped.filter(({ path }) => !ENTRANCES.test(path) && !fromTestsOnly.has(path))
    expect(orphans.map(({ path }) => `${path}${imported.has(path) ? ' (tests only)' : ''}`)).toEqual([])
  })

  it('tries every test that can try harder at length', () => {
    const able = modules.filter(({ path, imports }) => {
      return (
        path.endsWith('.test.ts') &&
        imports.some((from) => from.endsWith('test/kit/effort.ts') || from.endsWith('../kit/effort.ts'))
      )
    })
    expect(able.map(({ path }) => path).sort()).toEqual([...TRY_HARDER].sort())
  })

  it('has no error code that nothing raises', () => {
    const users = modules
      .filter(({ path }) => path !== 'runtime/errors.ts' && !path.endsWith('.test.ts'))
      .map(({ text }) => text.replace(/\/\*\*[\s\S]*?\*\//g, ''))
      .concat(readFileSync(join(ROOT, 'scripts/prepare.mjs'), 'utf8'))
    expect(ERROR_CODES.filter((code) => !users.some((text) => text.includes(code)))).toEqual([])
  })

  it('has every optional package of every platform in the lock file', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>
    }
    const locked = Object.keys(packages)
    const missing = Object.values(packages)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => !locked.some((path) => path.endsWith(`node_modules/${name}`)))
    expect(missing).toEqual([])
  })
})
