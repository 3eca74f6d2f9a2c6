/** Tells whether a process noted earlier is still the same one: process ids are reused, start times are not. */
import { readFileSync } from 'node:fs'

export interface ProcessIdentity {
  pid: number
  /** Clock ticks from boot to the start of the process; null where the system does not tell (not Linux). */
  startTicks: number | null
}

/** The identity of a running process, or undefined when there is none with this id (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it exists and belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
  }
  if (process.platform !== 'linux') return { pid, startTicks: null }
  try {
    // Field 2 is the command in parentheses and may hold anything, so fields are counted from its end.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return { pid, startTicks: Number(fields[19]) }
  } catch {
    return undefined
  }
}

/** Whether exactly this process still runs. */
export function isAlive({ pid, startTicks }: ProcessIdentity): boolean {
  const found = identify(pid)
  return found !== undefined && (startTicks === null || found.startTicks === null || found.startTicks === startTicks)
}
