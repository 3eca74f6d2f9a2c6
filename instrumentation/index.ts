/** What an application calls. Needs the OpenTelemetry API only; `./sdk` or `./register` sends what is recorded. */
export type { ExecutionKind, Status, StepType } from '@runlens/conventions'
export type { Carrier, Identity } from './execution/carrier.ts'
export { Execution, type VisualOptions } from './execution/execution.ts'
export { executionHandler, executionMiddleware, type HandlerOptions } from './execution/express.ts'
export type { AttributeValue, EndOptions, ExecutionOptions, RetryOptions, StepOptions } from './execution/options.ts'
export { Step } from './execution/scope.ts'
export {
  continueExecution,
  currentExecution,
  resumeExecution,
  startExecution,
  step,
  withExecution,
} from './execution/with-execution.ts'
export { wrapExecution, wrapStep } from './execution/wrap.ts'
export type { Delivered } from './hub.ts'
export type { QueryFields, QueryStatus } from './query/fields.ts'
export { type TrackOptions, trackQuery } from './query/track-query.ts'
export { type Logged, type RunningQuery, type TrackedQuery, tracker } from './query/tracker.ts'
export { type VisualEvent, type VisualSession, visualSession } from './visual/session.ts'
