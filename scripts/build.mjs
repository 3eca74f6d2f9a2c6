/** Compiles every package into its dist/, only what changed since the last time. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
if (!existsSync(join(root, 'cli/dist/main.js'))) console.error('Building ...')

const compiler = join(root, 'node_modules/typescript/bin/tsc')
const result = spawnSync(process.execPath, [compiler, '-b', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
if (result.status !== 0) {
  console.error('\nThe build failed: the lines above say where.\n')
  process.exit(1)
}
