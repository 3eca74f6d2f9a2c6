/** What a command may touch of the process it runs in; made once, in `main.ts`. */
import type { Environment } from '@runlens/runtime'

export interface CommandContext {
  environment: Environment
  /** Standard input, for commands that read a file from it. */
  input: AsyncIterable<Uint8Array>
  /** Standard output: results, logs. */
  out: (text: string) => void
  /** Standard error: faults, progress. */
  err: (text: string) => void
  /** Whether standard output is a terminal that shows colours. */
  color: boolean
  /** Whether standard error is a terminal, on which a progress line may be redrawn. */
  progress: boolean
  /** Aborted at the first SIGINT, SIGTERM or SIGHUP. */
  stop: AbortSignal
  /** Aborted at the second one. */
  force: AbortSignal
}
