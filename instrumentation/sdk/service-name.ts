/** What a program is called that was given no name: its nearest package.json says. */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** @param script the program's file, `process.argv[1]`; gives undefined if no package around it has a name */
export function nearestPackageName(script: string | undefined): string | undefined {
  if (!script) return undefined
  for (let directory = dirname(resolve(script)); ; directory = dirname(directory)) {
    const name = nameIn(join(directory, 'package.json'))
    if (name !== undefined) return name
    if (directory === dirname(directory)) return undefined
  }
}

function nameIn(path: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown }
    return typeof name === 'string' && name !== '' ? name : undefined
  } catch {
    return undefined
  }
}
