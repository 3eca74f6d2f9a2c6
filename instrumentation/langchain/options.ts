/** Options of `langchainCallbacks`. */
import type { ExecutionKind } from '@runlens/conventions'

export interface LangchainOptions {
  /** @default the graph's or chain's name */
  workflow?: string
  /** @default agent */
  kind?: ExecutionKind
  /** @default `user_id` of the run's metadata */
  user?: string
  /** @default `thread_id`, `session_id` or `conversation_id` of the run's metadata */
  conversation?: string
}
