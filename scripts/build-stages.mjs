/** Compiles the stages that are written in AssemblyScript to WebAssembly, those of which changed since the last time. */
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Sources, what they become, and pages of 64 KiB of their memory. */
const MODULES = [
  { sources: 'collector/compiled/assembly', target: 'collector/dist/compiled/stages.wasm', pages: 1024 },
  { sources: 'worker/compiled/assembly', target: 'worker/dist/compiled/settle.wasm', pages: 5120 },
]

/** @throws Error with what the compiler says */
export async function buildStages() {
  for (const { sources, target, pages } of MODULES) await build(join(root, sources), join(root, target), pages)
}

async function build(sources, target, pages) {
  if (changedAt(target) >= newest(sources)) return
  const { default: asc } = await import('assemblyscript/asc')
  mkdirSync(dirname(target), { recursive: true })
  const args = [join(sources, 'main.ts'), '--outFile', `${target}.new`, '-O3', '--runtime', 'stub', '--noAssert']
  const { error, stderr } = await asc.main([
    ...args,
    '--enable',
    'simd',
    '--importMemory',
    '--initialMemory',
    `${pages}`,
  ])
  if (error) throw new Error(`${stderr}`, { cause: error })
  // Whoever reads it meanwhile gets the one before.
  renameSync(`${target}.new`, target)
}

function newest(sources) {
  return Math.max(
    ...readdirSync(sources).map((name) => changedAt(join(sources, name))),
    changedAt(fileURLToPath(import.meta.url)),
  )
}

/** Milliseconds since the epoch; 0 for what is not there. */
function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
