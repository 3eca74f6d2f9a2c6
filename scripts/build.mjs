/** Compiles every package and the collector's stages, bundles the processes and builds the web UI, each into its dist/, only what changed since the last time. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildStages } from './build-stages.mjs'
import { buildWeb } from './build-web.mjs'
import { bundleMains } from './bundle.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
if (!existsSync(join(root, 'cli/dist/main.js'))) console.error('Building ...')

const compiler = join(root, 'node_modules/typescript/bin/tsc')
const compiled = spawnSync(process.execPath, [compiler, '-b', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
if (compiled.status !== 0) fail()
try {
  await buildStages()
  await bundleMains()
  await buildWeb()
} catch (error) {
  fail(error)
}

function fail(...why) {
  console.error(...why, '\nThe build failed: the lines above say where.\n')
  process.exit(1)
}
