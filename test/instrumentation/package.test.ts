/** The published package: what is in it, and that its documentation names what its code knows. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { codeRows } from '../kit/markdown.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8')
const manifest = JSON.parse(read('instrumentation/package.json'))

describe('instrumentation/README.md', () => {
  const documented = codeRows(read('instrumentation/README.md')).map(([name]) => name)

  it.each([
    ['instrumentation/sdk/options.ts', 'ProcessorSettings'],
    ['instrumentation/sdk/options.ts', 'RunlensOptions'],
    ['instrumentation/execution/options.ts', 'ExecutionOptions'],
    ['instrumentation/execution/options.ts', 'StepOptions'],
    ['instrumentation/execution/execution.ts', 'VisualOptions'],
    ['instrumentation/query/fields.ts', 'QueryFields'],
    ['instrumentation/query/tracker.ts', 'TrackedQuery'],
    ['instrumentation/langchain/options.ts', 'LangchainOptions'],
  ])('%s: every member of %s', (path, name) => {
    const body = new RegExp(`export interface ${name} [^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(read(path))?.[1] ?? ''
    const members = [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member]) => member)
    expect(members.length).toBeGreaterThan(3)
    expect(members.filter((member) => !documented.includes(member))).toEqual([])
  })

  it('every entrance', () => {
    const entrances = Object.keys(manifest.exports).map((path) => path.replace('.', manifest.name))
    expect(entrances.filter((entrance) => !documented.includes(entrance))).toEqual([])
  })
})

describe.each(['conventions', 'instrumentation'])('the package of %s', (workspace) => {
  const [packed] = Object.values(
    JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: `${ROOT}/${workspace}`,
      }).toString(),
    ),
  ) as { files: { path: string }[]; unpackedSize: number }[]
  const paths = packed!.files.map(({ path }) => path)
  const { exports: entrances } = JSON.parse(read(`${workspace}/package.json`))

  it('holds every entrance, in each of its forms', () => {
    const wanted = Object.values(entrances as Record<string, Record<string, string>>).flatMap((forms) =>
      Object.values(forms),
    )
    expect(wanted.filter((path) => !paths.includes(path.replace('./', '')))).toEqual([])
  })

  it('holds no tests, nothing of the build, and is small', () => {
    expect(paths.filter((path) => /\.test\.|tsbuildinfo|tsconfig|node_modules/.test(path))).toEqual([])
    expect(packed!.unpackedSize).toBeLessThan(500_000)
  })
})

it('the version that spans carry is that of the package', () => {
  expect(/const VERSION = '(.*)'/.exec(read('instrumentation/execution/tracer.ts'))?.[1]).toBe(manifest.version)
})
