/**
 * Makes a checkout runnable: checks Node, installs packages when they differ from the lock file, builds what changed.
 * Runs before `npm start` and `npm test`, so it needs nothing but Node itself.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installChromium } from './chromium.mjs'

const NODE_MAJOR_MIN = 20
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

checkNode()
if (!isInstalled()) install()
unlinkCarriedNode()
if (!process.argv.includes('--install-only')) build()
if (process.argv.includes('--browser')) installChromium()

function checkNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= NODE_MAJOR_MIN) return
  fail(
    `node_too_old: Runlens needs Node ${NODE_MAJOR_MIN} or newer, and this is ${process.version}`,
    `Install a current Node from https://nodejs.org (or: nvm install ${NODE_MAJOR_MIN}) and run the command again.`,
    78,
  )
}

/** Whether node_modules holds what package-lock.json asks for, told by comparing npm's two lists. */
function isInstalled() {
  const installed = readPackages('node_modules/.package-lock.json')
  const wanted = readPackages('package-lock.json')
  if (!installed) return false
  if (!wanted) return true
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true
    const found = installed[path]
    // Packages for other platforms are never installed, and devDependencies not when NODE_ENV is production.
    if (!found) return entry.optional || entry.devOptional || entry.peer
    return found.version === entry.version
  })
}

function readPackages(relative) {
  const path = join(root, relative)
  if (!existsSync(path)) return undefined
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

/**
 * `npm install` and not `npm ci`: the latter throws away a gigabyte to change one package. The versions are those of the lock
 * file, which stays as it is.
 */
function install() {
  console.error('Installing packages (about 1 GB: the embedded ClickHouse, and what the tests run with; once) ...')
  // NODE_ENV=production would leave out the compiler.
  const args = ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  const options = { cwd: root, stdio: ['ignore', 2, 2] }
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
  if (result.status !== 0) {
    fail(
      `npm install failed${result.error ? `: ${result.error.message}` : ''}`,
      'Read the lines above: most often the package registry cannot be reached or the disk is full.',
      1,
    )
  }
  console.error('Packages are installed.')
}

/**
 * A newer Node that some tests run with is a package, and npm links its `node` where it would stand before the reader's own in every
 * script. Those tests call it by its path.
 */
function unlinkCarriedNode() {
  rmSync(join(root, 'node_modules/.bin/node'), { force: true })
}

function build() {
  const result = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: ['ignore', 2, 2] })
  if (result.status !== 0) process.exit(1)
}

function fail(message, hint, code) {
  console.error(`\n${message}\n  ${hint}\n`)
  process.exit(code)
}
