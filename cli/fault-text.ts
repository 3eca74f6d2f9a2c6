/** How a fault that ends a command is shown. */
import { RunlensError } from '@runlens/runtime'

/** What happened, what to do, and where to read more; a stack only for a fault of Runlens itself. */
export function faultText(error: unknown): string {
  if (error instanceof RunlensError) {
    const hint = error.hint.replace(/^/gm, '  ')
    return `\n${error.code}: ${error.message}\n${hint}\n  (docs/errors.md#${error.code})\n\n`
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `\n${text}\n\nThis is a bug in Runlens, or of the machine: please report it with the lines above.\n\n`
}
