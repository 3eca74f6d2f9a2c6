/**
 * Single ownership of a directory among processes of one machine, without a lock that outlives its holder.
 *
 * Node has no flock, so the owner is a numbered file `<name>.<n>` that names a process. Taking over from a dead owner means
 * creating `<name>.<n+1>` by an exclusive link: of several that try, one succeeds. Only then are lower numbers removed, so
 * whoever was slow and links a number that was freed meanwhile sees the higher one and yields. It does not see owners in other
 * containers or on other machines: a directory belongs to one of them by deployment.
 */
import { link, readdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunlensError, systemErrorCode } from './errors.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts'

export interface Ownership {
  release(): Promise<void>
}

export interface OwnershipOptions {
  /** Must exist. */
  directory: string
  /** Of the file, without its number. */
  name: string
  /** The error for a directory that the living process `pid` holds. */
  inUse: (pid: number) => RunlensError
}

/**
 * Takes the directory.
 * @throws the error of `inUse` while another living process holds it
 */
export async function takeOwnership({ directory, name, inUse }: OwnershipOptions): Promise<Ownership> {
  const files = new OwnerFiles(directory, name)
  for (;;) {
    const last = (await files.numbers()).at(-1)
    const owner = last === undefined ? undefined : await files.read(last)
    if (owner && isAlive(owner)) throw inUse(owner.pid)
    const mine = (last ?? 0) + 1
    if (!(await files.claim(mine))) continue
    const now = await files.numbers()
    if (now.some((other) => other > mine)) {
      await files.remove(mine)
      continue
    }
    for (const older of now) if (older < mine) await files.remove(older)
    return { release: () => files.remove(mine) }
  }
}

class OwnerFiles {
  private readonly directory: string
  private readonly name: string

  constructor(directory: string, name: string) {
    this.directory = directory
    this.name = name
  }

  async numbers(): Promise<number[]> {
    const prefix = `${this.name}.`
    return (await readdir(this.directory))
      .filter((file) => file.startsWith(prefix) && /^\d+$/.test(file.slice(prefix.length)))
      .map((file) => Number(file.slice(prefix.length)))
      .sort((a, b) => a - b)
  }

  /** The owner that the file names; undefined if it is gone meanwhile, or a power loss left it empty: nobody that still lives. */
  async read(n: number): Promise<ProcessIdentity | undefined> {
    try {
      const owner = JSON.parse(await readFile(this.path(n), 'utf8')) as Partial<ProcessIdentity> | null
      if (typeof owner?.pid !== 'number') return undefined
      return { pid: owner.pid, startTicks: owner.startTicks ?? null, boot: owner.boot ?? null }
    } catch {
      return undefined
    }
  }

  /** Linking a complete file is atomic and fails where the name exists: nobody ever sees half of it. */
  async claim(n: number): Promise<boolean> {
    const temporary = join(this.directory, `${this.name}.new.${process.pid}.${Math.random().toString(36).slice(2)}`)
    await writeFile(temporary, JSON.stringify(identify(process.pid)), { mode: 0o600, flag: 'wx' })
    try {
      await link(temporary, this.path(n))
      return true
    } catch (error) {
      if (systemErrorCode(error) === 'EEXIST') return false
      throw error
    } finally {
      await unlink(temporary)
    }
  }

  async remove(n: number): Promise<void> {
    await unlink(this.path(n)).catch((error: unknown) => {
      if (systemErrorCode(error) !== 'ENOENT') throw error
    })
  }

  private path(n: number): string {
    return join(this.directory, `${this.name}.${n}`)
  }
}
