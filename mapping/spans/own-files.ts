/** Reads the files in which somebody taught Runlens an emitter; what can't be read is a fault beside those of the content. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Of one file; the largest that ships has 4 KiB. */
export const PROFILE_BYTES_MAX = 256 * 1024

export interface OwnFiles {
  /** Texts by path, in order. */
  files: Map<string, string>
  faults: string[]
}

/** @param paths absolute: files, or directories whose `*.yaml` and `*.yml` are meant, not those further down */
export function readOwnFiles(paths: readonly string[]): OwnFiles {
  const found: OwnFiles = { files: new Map(), faults: [] }
  for (const path of paths) {
    try {
      if (statSync(path).isDirectory()) readDirectory(path, found)
      else readOne(path, found)
    } catch (error) {
      found.faults.push(`${path}: can't be read (${(error as NodeJS.ErrnoException).code}); mapping.profiles names it`)
    }
  }
  return found
}

function readDirectory(directory: string, found: OwnFiles): void {
  const names = readdirSync(directory).filter((name) => /\.ya?ml$/.test(name))
  if (names.length === 0) found.faults.push(`${directory}: holds no *.yaml; mapping.profiles names it`)
  for (const name of names.sort()) readOne(join(directory, name), found)
}

function readOne(path: string, found: OwnFiles): void {
  const { size } = statSync(path)
  if (size > PROFILE_BYTES_MAX) {
    found.faults.push(`${path}: has ${size} bytes, a profile at most ${PROFILE_BYTES_MAX}`)
  } else found.files.set(path, readFileSync(path, 'utf8'))
}
