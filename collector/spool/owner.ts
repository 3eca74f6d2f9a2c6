/**
 * Single ownership of a directory among processes of one machine, without a lock that outlives its holder.
 *
 * Node has no flock, so the owner is a numbered file `owner.<n>` that names a process (pid, start time, boot). Taking over
 * from a dead owner means creating `owner.<n+1>` by an exclusive link: of several that try, one succeeds. Only then are
 * lower numbers removed, so whoever was slow and links a number that was freed meanwhile sees the higher one and yields.
 * It does not see owners in other containers or on other machines: a spool belongs to one of them by deployment.
 */
import { readFileSync } from 'node:fs'
import { link, readdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RunlensError, systemErrorCode } from '@runlens/runtime'

export interface Ownership {
  release(): Promise<void>
}

/**
 * Takes the directory.
 * @throws RunlensError `spool_in_use` while another living process holds it
 */
export async function takeOwnership(directory: string): Promise<Ownership> {
  for (;;) {
    const owners = await ownersOf(directory)
    const last = owners.at(-1)
    if (last !== undefined) await refuseIfAlive(directory, last)
    const mine = (last ?? 0) + 1
    if (!(await claim(directory, mine))) continue
    const now = await ownersOf(directory)
    if (now.some((other) => other > mine)) {
      await remove(directory, mine)
      continue
    }
    for (const older of now) if (older < mine) await remove(directory, older)
    return { release: () => remove(directory, mine) }
  }
}

const fileOf = (directory: string, n: number) => join(directory, `owner.${n}`)

async function ownersOf(directory: string): Promise<number[]> {
  const names = await readdir(directory)
  return names
    .map((name) => Number(/^owner\.(\d+)$/.exec(name)?.[1]))
    .filter((n) => n > 0)
    .sort((a, b) => a - b)
}

async function claim(directory: string, n: number): Promise<boolean> {
  const temporary = join(directory, `owner.new.${process.pid}.${Math.random().toString(36).slice(2)}`)
  await writeFile(temporary, JSON.stringify(identity(process.pid)), { mode: 0o600, flag: 'wx' })
  try {
    await link(temporary, fileOf(directory, n))
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await unlink(temporary)
  }
}

async function remove(directory: string, n: number): Promise<void> {
  await unlink(fileOf(directory, n)).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  })
}

interface Identity {
  pid: number
  /** Clock ticks since boot when the process started; '' where the system does not tell. */
  started: string
  boot: string
}

async function refuseIfAlive(directory: string, n: number): Promise<void> {
  const owner = await readOwner(fileOf(directory, n))
  if (!owner || !isAlive(owner)) return
  throw new RunlensError(
    'spool_in_use',
    `The spool ${directory} belongs to the running process ${owner.pid}`,
    'Stop that collector, or give this one a data directory of its own with RUNLENS_DATA_DIR.',
  )
}

async function readOwner(path: string): Promise<Identity | undefined> {
  try {
    const owner = JSON.parse(await readFile(path, 'utf8')) as Partial<Identity>
    if (typeof owner.pid !== 'number') return undefined
    return { pid: owner.pid, started: owner.started ?? '', boot: owner.boot ?? '' }
  } catch {
    // Gone meanwhile, or a power loss left it empty: nobody that still lives.
    return undefined
  }
}

function isAlive(owner: Identity): boolean {
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') return false
  }
  const now = identity(owner.pid)
  return now.started === owner.started && now.boot === owner.boot
}

/** A pid alone may be another process by now; with its start time and the machine's boot it is not. */
function identity(pid: number): Identity {
  return { pid, started: startTime(pid), boot: read('/proc/sys/kernel/random/boot_id') }
}

function startTime(pid: number): string {
  // The second field is the command in parentheses and may hold blanks; the start time is the 20th behind it.
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A killed process that its parent has not collected yet still has an entry, and will never write again.
  return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? '')
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
