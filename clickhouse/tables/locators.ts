/** Where to find things: the time range and services of a trace, the fixed place of an execution, and by what executions are looked for. */
import { type Row, table } from './column.ts'

/** By materialized views from `spans` and `markers`. AggregatingMergeTree, ORDER BY (tenant, trace_id), index_granularity 256. */
export const TRACES = table('traces', {
  tenant: 'LowCardinality(String)',
  trace_id: 'FixedString(16)',
  first_started_at: 'SimpleAggregateFunction(min, DateTime64(9))',
  last_started_at: 'SimpleAggregateFunction(max, DateTime64(9))',
  services: 'SimpleAggregateFunction(groupUniqArrayArray, Array(String))',
  /** Spans and markers inserted, resends counted again: an upper bound of the trace's size. */
  spans: 'SimpleAggregateFunction(sum, UInt64)',
  /** Those of them that are markers. */
  markers: 'SimpleAggregateFunction(sum, UInt64)',
})
export type TraceRow = Row<typeof TRACES>

/**
 * Every trace that an execution's spans were seen in, and the anchor that fixes its key and partition.
 * AggregatingMergeTree, ORDER BY (tenant, execution_id, instance, trace_id), index_granularity 256. Written by the worker
 * before the execution itself; the smallest anchor over all rows of an execution counts.
 */
export const EXECUTION_LOCATOR = table('execution_locator', {
  tenant: 'LowCardinality(String)',
  execution_id: 'String',
  instance: 'LowCardinality(String)',
  trace_id: 'FixedString(16)',
  anchor_at: 'SimpleAggregateFunction(min, DateTime64(6))',
  /** Every anchor ever written. More than one means that two workers raced: rows at all but the smallest are deleted. */
  anchors: 'SimpleAggregateFunction(groupUniqArrayArray, Array(DateTime64(6)))',
})
export type ExecutionLocatorRow = Row<typeof EXECUTION_LOCATOR>

/**
 * The locator by trace: which executions a trace ever produced. By materialized view from `execution_locator`;
 * ReplacingMergeTree, ORDER BY all columns.
 */
export const TRACE_EXECUTIONS = table('trace_executions', {
  tenant: 'LowCardinality(String)',
  trace_id: 'FixedString(16)',
  execution_id: 'String',
  instance: 'LowCardinality(String)',
})
export type TraceExecutionRow = Row<typeof TRACE_EXECUTIONS>

/**
 * By what executions are looked for, and where they lie: one row for every user, conversation and parent that some version named, with its start and
 * whether it was open. ReplacingMergeTree, ORDER BY all columns, index_granularity 256, no partitions. By materialized view from `executions`, and by
 * the worker for the newest rows when it begins.
 *
 * Rows stay when a later version says otherwise, and at an anchor that lost against a smaller one: whoever reads asks `executions` whether the newest
 * version still says so.
 */
export const EXECUTION_TERMS = table('execution_terms', {
  tenant: 'LowCardinality(String)',
  term: "Enum8('user_id' = 1, 'conversation_id' = 2, 'parent_execution_id' = 3)",
  /** Never ''. */
  value: 'String',
  anchor_at: 'DateTime64(6)',
  execution_id: 'String',
  instance: 'LowCardinality(String)',
  /** `started_at` less `anchor_at`. */
  started_offset_ns: 'Int64',
  /** Whether the status was queued, running or waiting. */
  is_open: 'UInt8',
})
export type ExecutionTermRow = Row<typeof EXECUTION_TERMS>
