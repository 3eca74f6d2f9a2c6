/**
 * Makes each process's main.js one file: reading several hundred modules one by one was half of the CPU of a start. Only what
 * was made from other files than the last time is made again.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Source of the process and what it becomes; the compiler leaves these sources out (`exclude` of their tsconfig.json). */
const MAINS = {
  'clickhouse/embedded/main.ts': 'clickhouse/dist/embedded/main.js',
  'collector/main.ts': 'collector/dist/main.js',
  'worker/main.ts': 'worker/dist/main.js',
  'query-api/main.ts': 'query-api/dist/main.js',
  'cli/main.ts': 'cli/dist/main.js',
}
/** Finds its library beside itself. */
const EXTERNAL = ['chdb']
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** @throws when a source cannot be read or names what is not there */
export async function bundleMains() {
  const stale = Object.entries(MAINS).filter(([, out]) => !isFresh(out))
  if (stale.length === 0) return
  const { rolldown } = await import('rolldown')
  await Promise.all(stale.map(([source, out]) => bundle(rolldown, source, out)))
}

async function bundle(rolldown, source, out) {
  const directory = dirname(join(root, out))
  const bundled = await rolldown({
    input: join(root, source),
    platform: 'node',
    external: EXTERNAL,
    // Workspace packages are taken from their sources, as in tests.
    resolve: { conditionNames: ['source', 'node'] },
    transform: { target: 'node20' },
    plugins: [{ name: 'places', transform: (code, id) => keepPlace(code, id, directory) }],
  })
  try {
    await bundled.write({ dir: directory, format: 'esm', sourcemap: true, codeSplitting: false })
    const files = (await bundled.watchFiles).map((path) => relative(root, path)).filter(isOurs)
    files.sort()
    writeFileSync(stampOf(out), JSON.stringify({ files, hash: hashOf(files) }))
  } finally {
    await bundled.close()
  }
}

/** A module that asks where it is hears where its source is: files that ship with its package are found from there. */
function keepPlace(code, id, directory) {
  // What the bundler adds is nowhere else.
  if (id.startsWith('\0') || !code.includes('import.meta.url')) return undefined
  const place = JSON.stringify(relative(directory, id))
  return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), map: null }
}

function isFresh(out) {
  if (!existsSync(join(root, out)) || !existsSync(stampOf(out))) return false
  const { files, hash } = JSON.parse(readFileSync(stampOf(out), 'utf8'))
  return files.every((path) => existsSync(join(root, path))) && hashOf(files) === hash
}

function stampOf(out) {
  return join(root, `${out}.inputs`)
}

/** Packages from elsewhere are told by the lock file. */
function isOurs(path) {
  return !path.includes('node_modules')
}

function hashOf(files) {
  const hash = createHash('sha256')
  for (const path of [...files, 'package-lock.json', 'scripts/bundle.mjs']) {
    hash.update(`${path}\0`).update(readFileSync(join(root, path)))
  }
  return hash.digest('hex')
}
