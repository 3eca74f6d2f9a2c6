/** Where the fields of a span come from. */
import { describe, expect, it } from 'vitest'
import { explain, type SpanParts, spansRequest } from '../../test/kit/explain.ts'
import type { ExplainedSpan } from '../index.ts'

function spans(parts: SpanParts[], roots: 'on' | 'off' = 'on', resource: Record<string, string> = {}): ExplainedSpan[] {
  return explain({ traces: spansRequest(parts, resource) }, { roots }).spans
}

function one(part: Omit<SpanParts, 'id'>, roots: 'on' | 'off' = 'on'): ExplainedSpan {
  return spans([{ id: 'a', ...part }], roots)[0]!
}

function field(span: ExplainedSpan | undefined, name: string) {
  const { value, from, attribute, on, instead_of } = span!.fields.find((each) => each.field === name)!
  return { value, from, attribute, on, instead_of }
}

describe('where a field comes from', () => {
  it('the nearest attribute, and which others it kept out', () => {
    const [span] = spans(
      [{ id: 'a', attributes: { 'user.id': 'u1', 'enduser.id': 'u2', metadata: '{"user_id":"u3"}' } }],
      'on',
      {
        'user.id': 'u0',
      },
    )
    expect(field(span, 'user_id')).toEqual({
      value: 'u1',
      attribute: 'user.id',
      on: 'span',
      from: 'attribute user.id of the span',
      instead_of: ['user.id (resource)', 'enduser.id', 'metadata → user_id'],
    })
    expect(field(span, 'service')).toMatchObject({ value: 'svc', on: 'resource' })
    expect(field(span, 'environment')).toMatchObject({ value: 'default', attribute: null, from: 'nobody names one' })
    expect(field(span, 'workflow_id')).toMatchObject({ value: 'a', from: 'the workflow’s name' })
  })

  it('a member of JSON text, two attributes joined, a number, a time', () => {
    const span = one({
      kind: 2,
      attributes: {
        metadata: '{"user_id":"u\\u0031"}',
        'http.request.method': 'GET',
        'http.route': '/orders',
        'http.response.status_code': 200,
        'runlens.execution.queued_at': 1_767_225_600_000,
      },
    })
    expect(field(span, 'user_id')).toMatchObject({
      value: 'u1',
      from: 'a member of the JSON text in metadata of the span',
    })
    expect(field(span, 'workflow_name')).toMatchObject({
      value: 'GET /orders',
      from: 'attributes http.request.method and http.route',
    })
    expect(field(span, 'response_status_code')).toMatchObject({ value: '200', attribute: 'http.response.status_code' })
    expect(field(span, 'queued_at').value).toBe('2026-01-01T00:00:00.000000000Z')
    expect(field(span, 'mode')).toMatchObject({ value: 'http', from: 'the span’s kind' })
  })

  it('an error: from the event, the status message, or what it begins with', () => {
    const event = one({
      status: { code: 2 },
      events: [
        {
          name: 'exception',
          timeUnixNano: '1795391508000000000',
          attributes: [
            { key: 'exception.message', value: { stringValue: 'TypeError: x is no y\n    at f (a.js:1:1)' } },
          ],
        },
      ],
    })
    expect(field(event, 'error_message')).toMatchObject({ attribute: 'exception.message', on: 'event' })
    expect(field(event, 'error_type')).toMatchObject({
      value: 'TypeError',
      attribute: 'exception.message',
      from: 'what the error begins with: attribute exception.message of the exception event',
    })
    expect(field(event, 'error_stack')).toMatchObject({
      value: '    at f (a.js:1:1)',
      from: 'a part of the error: attribute exception.message of the exception event',
    })
    const message = one({ status: { code: 2, message: 'connect timed out' } })
    expect(field(message, 'error_message')).toMatchObject({ value: 'connect timed out', from: 'the status message' })
    expect(field(message, 'status')).toMatchObject({
      value: 'timeout',
      from: 'the span’s status ERROR, and its type, code or message speaks of a timeout',
    })
  })

  it('a status: the emitter’s word and profile, or the span', () => {
    const word = one({
      name: 'workflow.execute',
      attributes: { 'n8n.execution.id': '1', 'n8n.execution.status': 'Crashed' },
    })
    expect(field(word, 'status')).toMatchObject({
      value: 'error',
      attribute: 'n8n.execution.status',
      from: 'n8n.execution.status = Crashed, a word of profile n8n',
    })
    const unknown = one({
      name: 'workflow.execute',
      attributes: { 'n8n.execution.status': 'dizzy', 'n8n.execution.id': '1' },
    })
    expect(field(unknown, 'status')).toMatchObject({ value: 'success', from: 'the span has ended' })
    expect(unknown.why_not_more).toContain('`n8n.execution.status` = dizzy is no word for a status that is known')
    expect(field(one({ open: true }), 'status')).toMatchObject({ value: 'running', from: 'the span has no end' })
  })

  it('not at all: values that say nothing, and keys of another profile', () => {
    const span = one({ attributes: { 'error.type': '_OTHER', run_id: 'r-9' }, status: { code: 2 } })
    expect(span.fields.map((each) => each.field)).not.toContain('error_type')
    expect(span.why_not_more).toContain('`error.type` = _OTHER says nothing')
    expect(span.why_not_more).toContainEqual(
      expect.stringMatching(
        /^`run_id` is there, but counts in spans of profile temporal only \(scope .*temporalio.*\)$/,
      ),
    )
  })
})
