/** The machine: Node, the engine's library, the data directory and its disk. */
import { existsSync, statfsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { type Settings, version } from '@runlens/runtime'
import { type Finding, fault, info, ok, warning } from './finding.ts'
import { formatBytes } from './format.ts'

const GIB = 1024 ** 3
const FREE_BYTES_LOW = 5 * GIB
const FREE_BYTES_MIN = GIB / 2

export function checkMachine(settings: Settings): Finding[] {
  const findings = [info('runlens', `${version} on Node ${process.version}, ${process.platform} ${process.arch}`)]
  if (!settings.clickhouseUrl) findings.push(checkLibrary())
  findings.push(checkDisk(settings.dataDir))
  return findings
}

function checkLibrary(): Finding {
  try {
    createRequire(import.meta.url).resolve('chdb')
    return ok('chdb', 'the embedded ClickHouse is installed')
  } catch {
    return fault(
      'chdb',
      'the embedded ClickHouse (npm package chdb) is not installed',
      'Run npm install. On a platform without a build of it, set RUNLENS_CLICKHOUSE_URL to a ClickHouse of your own.',
    )
  }
}

function checkDisk(dataDir: string): Finding {
  let existing = dataDir
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing)
  const { bavail, bsize } = statfsSync(existing)
  const free = bavail * bsize
  const text = `${formatBytes(free)} free below ${dataDir}`
  const remedy =
    'Free some space or move RUNLENS_DATA_DIR: with a full disk spans are refused (503) and nothing is stored.'
  if (free < FREE_BYTES_MIN) return fault('disk', text, remedy)
  return free < FREE_BYTES_LOW ? warning('disk', text, remedy) : ok('disk', text)
}
