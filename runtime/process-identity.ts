/** Tells whether a process noted earlier is still the same one: process ids are reused, start times within a boot are not. */
import { readFileSync } from 'node:fs'
import { systemErrorCode } from './errors.ts'

export interface ProcessIdentity {
  pid: number
  /** Clock ticks from boot to the start of the process; null where the system does not tell (not Linux). */
  startTicks: number | null
  /** Which boot of the machine; null where the system does not tell. */
  boot: string | null
}

/** The identity of a running process, or undefined when there is none with this id (a zombie counts as none: it writes nothing any more). */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it exists and belongs to another user.
    if (systemErrorCode(error) !== 'EPERM') return undefined
  }
  if (process.platform !== 'linux') return { pid, startTicks: null, boot: null }
  // Field 2 is the command in parentheses and may hold anything, so fields are counted from its end.
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ')
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined
  return { pid, startTicks: Number(fields[19]), boot: read('/proc/sys/kernel/random/boot_id')?.trim() ?? null }
}

/** Whether exactly this process still runs. */
export function isAlive({ pid, startTicks, boot }: ProcessIdentity): boolean {
  const found = identify(pid)
  const same = <T>(noted: T | null | undefined, now: T | null) => noted == null || now === null || noted === now
  return found !== undefined && same(startTicks, found.startTicks) && same(boot, found.boot)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
