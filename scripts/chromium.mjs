/** Makes sure that the browser test has its browser: installs Chromium where that is one command away, else says what is missing. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const path = process.env.CHROMIUM_PATH || '/usr/bin/chromium'

export function installChromium() {
  if (existsSync(path)) return
  if (process.env.CHROMIUM_PATH || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(
      `There is no Chromium at ${path}: install it or name it with CHROMIUM_PATH, or the browser test is left out.`,
    )
    return
  }
  console.error('Installing Chromium for the browser test (apt-get, once) ...')
  apt('update', '-qq') && apt('install', '-y', '-qq', '--no-install-recommends', 'chromium')
  if (!existsSync(path)) console.error('Chromium could not be installed; the browser test is left out.')
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env }).status === 0
}
