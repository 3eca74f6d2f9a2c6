/** The OTLP wire, without meaning: bytes to an index of offsets, JSON to bytes, answers to bytes. */

export * from './answers.ts'
export * from './any-value.ts'
export * from './index-traces.ts'
export * from './json/encode-traces.ts'
export * from './json/json-to-protobuf.ts'
export type * from './json/traces-data.ts'
export * from './limits.ts'
export * from './messages.ts'
export { describeRejections, REJECT_REASONS, type RejectedSpans, Rejections, type RejectReason } from './rejections.ts'
export * from './tape.ts'
export { type AttributeTape, type FormattedValue, formatValue } from './values/format-value.ts'
export { parseValue } from './values/parse-value.ts'
