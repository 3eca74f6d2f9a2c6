/** Builds the web UI into web/dist, unless what it is made from is the same as the last time. Refuses a bundle that is too heavy. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const SCRIPT_KIB_MAX = 200
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const out = join(root, 'web/dist')
const stamp = join(out, '.inputs')

/** @throws when the sources do not compile or the scripts are larger than they may be */
export async function buildWeb() {
  const inputs = hashOfInputs()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return
  const { build, defaultClientConditions } = await import('vite')
  await build({
    root: join(root, 'web'),
    base: '/ui/',
    configFile: false,
    logLevel: 'error',
    // Workspace packages are taken from their sources, as in tests.
    resolve: { conditions: ['source', ...defaultClientConditions] },
    // Nothing is inlined: the content security policy of the page lets in files only.
    build: { outDir: out, emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  })
  const kib = scriptKib()
  if (kib > SCRIPT_KIB_MAX) {
    throw new Error(`the scripts of web/dist have ${kib.toFixed(0)} KiB compressed; ${SCRIPT_KIB_MAX} are the most`)
  }
  writeFileSync(stamp, inputs)
}

function hashOfInputs() {
  const hash = createHash('sha256')
  for (const path of [...filesOf('web'), ...filesOf('conventions'), 'package-lock.json', 'scripts/build-web.mjs']) {
    hash.update(`${path}\0`).update(readFileSync(join(root, path)))
  }
  return hash.digest('hex')
}

function filesOf(directory) {
  return readdirSync(join(root, directory), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (['dist', 'node_modules'].includes(entry.name) || entry.name.includes('.test.')) return []
      const path = `${directory}/${entry.name}`
      if (entry.isDirectory()) return filesOf(path)
      return path.endsWith('.tsbuildinfo') ? [] : [path]
    })
}

function scriptKib() {
  const assets = join(out, 'assets')
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))
  return scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0) / 1024
}
