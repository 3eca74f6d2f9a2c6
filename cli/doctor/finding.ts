/** What the doctor found: one line each, with what to do where something is wrong. */

/** `ok` and `info` are fine, `warning` deserves a look, `fault` is wrong. */
export type Severity = 'ok' | 'info' | 'warning' | 'fault'

export interface Finding {
  /** Stable, for programs: `stack`, `port.api`, `spool` … */
  check: string
  severity: Severity
  /** What is. */
  text: string
  /** What to do about it; '' where nothing is wrong. */
  remedy: string
}

export const ok = (check: string, text: string): Finding => ({ check, severity: 'ok', text, remedy: '' })
export const info = (check: string, text: string): Finding => ({ check, severity: 'info', text, remedy: '' })
export const warning = (check: string, text: string, remedy: string): Finding => ({
  check,
  severity: 'warning',
  text,
  remedy,
})
export const fault = (check: string, text: string, remedy: string): Finding => ({
  check,
  severity: 'fault',
  text,
  remedy,
})

/** Whether anything is wrong. */
export function hasFault(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'fault')
}
