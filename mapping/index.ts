/** What spans mean. Pure: values in, values out; no clock, no network. */

export type { SettleSpan } from '@runlens/conventions'
export { LogMarkers } from './markers/log-markers.ts'
export type { MarkerSpans } from './markers/marker-spans.ts'
export { SpanMarkers } from './markers/span-markers.ts'
export * from './settle/execution.ts'
export { type ExecutionTreeOptions, executionTree, type TreeItem } from './settle/execution-tree.ts'
export { settle } from './settle/settle.ts'
export { settleSpansOf } from './settle/spans-of-tape.ts'
export { loadProfiles, PROFILES_MAX, readProfileSet } from './spans/load-profiles.ts'
export * from './spans/mapped-spans.ts'
export type { Profile, ProfileSet } from './spans/profile.ts'
export { createSpanMapper, type SpanMapper, type SpanMapperOptions } from './spans/span-mapper.ts'
