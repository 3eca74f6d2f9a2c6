/** The doctor's findings as text for a person. Pure. */
import type { Finding, Severity } from './finding.ts'

const MARKS: Readonly<Record<Severity, string>> = { ok: 'ok  ', info: '    ', warning: 'warn', fault: 'FAIL' }
const COLORS: Readonly<Record<Severity, number>> = { ok: 32, info: 2, warning: 33, fault: 31 }

/** One line per finding, remedies indented below, a verdict at the end. */
export function doctorReport(findings: readonly Finding[], color: boolean): string {
  const lines = findings.flatMap(({ severity, check, text, remedy }) => {
    const mark = color ? `\u001b[${COLORS[severity]}m${MARKS[severity]}\u001b[0m` : MARKS[severity]
    const line = `${mark}  ${check.padEnd(20)} ${text.replaceAll('\n', `\n${' '.repeat(27)}`)}`
    return remedy ? [line, ...remedy.split('\n').map((part) => `${' '.repeat(28)}→ ${part}`)] : [line]
  })
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length
  const faults = count('fault')
  const warnings = count('warning')
  const verdict =
    faults > 0
      ? `${faults} ${faults === 1 ? 'fault' : 'faults'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`
      : warnings > 0
        ? `Working, with ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`
        : 'All is well.'
  return `${lines.join('\n')}\n\n${verdict}\n`
}
