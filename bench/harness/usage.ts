/** CPU time and memory of a process, from Linux's /proc. */
import { readFileSync } from 'node:fs'

export interface Usage {
  /** User and system, since the process started. */
  cpuSeconds: number
  /** Largest resident memory since the process started. */
  peakRssMiB: number
}

const TICKS_PER_SECOND = 100

export function usageOf(pid: number): Usage {
  // The name in parentheses may contain blanks; utime and stime are the 12th and 13th field after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ')
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))!
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    peakRssMiB: Number(peak[1]) / 1024,
  }
}

/** CPU seconds of this process. */
export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
