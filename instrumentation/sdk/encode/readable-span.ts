/** What is read of a span of the SDK: only what the 2.x and the 3.x line have in common, so that either can be there. */
import type { HrTime, SpanContext, SpanStatus } from '@opentelemetry/api'
import type { AttributeMap } from './attributes.ts'

export interface ReadableResource {
  readonly attributes: AttributeMap
  /** Whether detectors are still at work. */
  readonly asyncAttributesPending?: boolean
  /** Somebody must ask, or they stay pending. */
  waitForAsyncAttributes?(): Promise<void>
  readonly schemaUrl?: string
}

export interface ReadableScope {
  readonly name: string
  readonly version?: string
  readonly schemaUrl?: string
}

export interface ReadableSpan {
  readonly name: string
  readonly kind: number
  spanContext(): SpanContext
  readonly parentSpanContext?: SpanContext
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly status: SpanStatus
  readonly attributes: AttributeMap
  readonly links: readonly { context: SpanContext; attributes?: AttributeMap; droppedAttributesCount?: number }[]
  readonly events: readonly { time: HrTime; name: string; attributes?: AttributeMap; droppedAttributesCount?: number }[]
  readonly resource: ReadableResource
  readonly instrumentationScope: ReadableScope
  readonly droppedAttributesCount: number
  readonly droppedEventsCount: number
  readonly droppedLinksCount: number
}
