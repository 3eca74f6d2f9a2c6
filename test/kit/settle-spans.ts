/** Spans as settling reads them, for tests: written by hand, or mapped from a payload. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSpanMapper, type SettleSpan, settleSpansOf } from '@runlens/mapping'
import { DEFAULT_LIMITS, indexTraces, jsonToTraces, TraceTape } from '@runlens/otlp'

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), '../fixtures/otlp')
/** After every time in the fixtures, so that none is absurd. */
const NOW_MS = Date.parse('2026-12-31T00:00:00Z')

/** A plain span of trace `t` that lasts 1 s and was received at 0; what matters to a test is given. */
export function settleSpan(given: Partial<SettleSpan> & { span_id: string }): SettleSpan {
  return {
    trace_id: 't',
    parent_span_id: '',
    name: given.span_id,
    kind: 1,
    started_at: 1_000_000_000n,
    ended_at: 2_000_000_000n,
    status_code: 0,
    service: 'service',
    role: 'other',
    rule: 0,
    provider: 'opentelemetry',
    execution_kind: '',
    execution_id: '',
    instance: 'service',
    workflow_id: '',
    workflow_name: '',
    workflow_version: '',
    status: '',
    status_explicit: 0,
    mode: '',
    environment: 'default',
    user_id: '',
    conversation_id: '',
    step_name: '',
    step_type: '',
    attempt: 0,
    error_type: '',
    error_message: '',
    error_stack: '',
    response_status_code: '',
    database_type: '',
    query: '',
    query_complexity: '',
    query_page: '',
    query_page_size: '',
    rows_total: null,
    rows_returned: null,
    parent_execution_id: '',
    retry_of: '',
    replay_of: '',
    queued_at: null,
    expected_end_at: null,
    progress: null,
    links: [],
    input: '',
    output: '',
    attributes: {},
    marker: '',
    recorded_at: 0n,
    received_at_ms: 0,
    ...given,
  }
}

/** The spans of an OTLP request, mapped with the profiles that ship. */
export function mapPayload(body: Buffer, roots: 'on' | 'off' = 'on'): SettleSpan[] {
  const tape = new TraceTape()
  const outcome = indexTraces(tape, body, DEFAULT_LIMITS, NOW_MS)
  if (outcome.kind !== 'indexed') throw new Error(outcome.message)
  return settleSpansOf(tape, createSpanMapper({ roots }).map(tape), 0)
}

/** The same of an OTLP/JSON request. */
export function mapJson(request: object, roots: 'on' | 'off' = 'on'): SettleSpan[] {
  const outcome = jsonToTraces(Buffer.from(JSON.stringify(request)), DEFAULT_LIMITS)
  if (outcome.kind !== 'ok') throw new Error(outcome.message)
  return mapPayload(outcome.bytes, roots)
}

/** The same of a recorded payload. */
export function mapFixture(file: string): SettleSpan[] {
  const body = readFileSync(join(FIXTURES, file))
  return file.endsWith('.json') ? mapJson(JSON.parse(body.toString('utf8'))) : mapPayload(body)
}
