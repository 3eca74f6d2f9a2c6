/**
 * Temporary directories of tests in memory, where there is enough of it: a disk's file system takes a third of the time that the kernel
 * works for them, most of it for small files that live for seconds. What a process that was killed had written is there either way.
 * Called by vitest (globalSetup) for one run.
 */
import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
/** Nine times what a run was seen to have there (110 MiB), so that what else it needs of memory is left. */
const FREE_BYTES_MIN = 1024 ** 3
const PREFIX = 'runlens-tests-'

/** Whoever says where (TMPDIR) is obeyed. */
export default function setUp(): undefined | (() => void) {
  if (process.env.TMPDIR !== undefined) return
  removeLeft()
  if (freeBytes() < FREE_BYTES_MIN) return
  const directory = join(MEMORY, `${PREFIX}${process.pid}`)
  mkdirSync(directory, { mode: 0o700 })
  process.env.TMPDIR = directory
  return () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
}

function freeBytes(): number {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    // A container's own limit counts, too; Node 20 tells it from 20.13 on.
    return Math.min(bavail * bsize, freemem(), process.availableMemory?.() ?? Number.POSITIVE_INFINITY)
  } catch {
    return 0
  }
}

/** Of runs that were killed. */
function removeLeft(): void {
  for (const name of names()) {
    if (isRunning(Number(name.slice(PREFIX.length)))) continue
    rmSync(join(MEMORY, name), { recursive: true, force: true })
  }
}

function names(): string[] {
  try {
    return readdirSync(MEMORY).filter((name) => name.startsWith(PREFIX))
  } catch {
    return []
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
