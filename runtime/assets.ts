/** Finds files that ship with a package (SQL, YAML), from its sources and from its build alike. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The absolute path of `relative` inside the package that the calling module belongs to.
 * @param moduleUrl the caller's `import.meta.url`
 */
export function packageAsset(moduleUrl: string, relative: string): string {
  let directory = dirname(fileURLToPath(moduleUrl))
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory)
    if (parent === directory) throw new Error(`no package.json above ${moduleUrl}`)
    directory = parent
  }
  return join(directory, relative)
}
