/**
 * The specification's default, `ParentBased(root=AlwaysOn)`, in fewer steps: whatever is not below a span that was left out is sampled.
 * https://opentelemetry.io/docs/specs/otel/trace/sdk/#parentbased
 */
import {
  type Context,
  isSpanContextValid,
  SamplingDecision,
  type SamplingResult,
  TraceFlags,
  trace,
} from '@opentelemetry/api'

const SAMPLED: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED }
const LEFT_OUT: SamplingResult = { decision: SamplingDecision.NOT_RECORD }

export const parentBasedAlwaysOn = {
  shouldSample(within: Context): SamplingResult {
    const parent = trace.getSpanContext(within)
    if (parent === undefined || (parent.traceFlags & TraceFlags.SAMPLED) !== 0) return SAMPLED
    // What is no span context has no say.
    return isSpanContextValid(parent) ? LEFT_OUT : SAMPLED
  },
  toString: () => 'ParentBased{root=AlwaysOnSampler}',
}
