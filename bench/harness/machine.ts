/** What the figures were taken on. */
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './root.ts'

export function describeMachine(): string {
  const processors = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules/chdb/package.json'), 'utf8')) as {
    version: string
  }
  return `${processors.length} × ${processors[0]?.model.trim() || 'unnamed CPU'}, ${memory}, ${type()} ${release().split('-')[0]}, Node ${process.version}, chdb ${version}`
}

/** Others on the machine make figures worse: told with the results. */
export function loadBefore(): string {
  return loadavg()[0]!.toFixed(1)
}
