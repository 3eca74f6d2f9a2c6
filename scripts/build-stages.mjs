/** Compiles the collector's stages (`collector/compiled/assembly/`) to WebAssembly, if they changed since the last time. */
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sources = join(root, 'collector/compiled/assembly')
const target = join(root, 'collector/dist/compiled/stages.wasm')

/** @throws Error with what the compiler says */
export async function buildStages() {
  if (changedAt(target) >= newest()) return
  const { default: asc } = await import('assemblyscript/asc')
  mkdirSync(dirname(target), { recursive: true })
  const args = [join(sources, 'main.ts'), '--outFile', `${target}.new`, '-O3', '--runtime', 'stub', '--noAssert']
  const { error, stderr } = await asc.main([...args, '--enable', 'simd', '--importMemory', '--initialMemory', '1024'])
  if (error) throw new Error(`${stderr}`, { cause: error })
  // Whoever reads it meanwhile gets the one before.
  renameSync(`${target}.new`, target)
}

function newest() {
  return Math.max(
    ...readdirSync(sources).map((name) => changedAt(join(sources, name))),
    changedAt(fileURLToPath(import.meta.url)),
  )
}

/** Milliseconds since the epoch; 0 for what is not there. */
function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
