import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { decodeSpans } from '../test/kit/decode.ts'
import { index } from '../test/kit/requests.ts'
import { type ReadSpan, readTape } from '../test/kit/tape.ts'
import { DEFAULT_LIMITS, jsonToTraces } from './index.ts'

function bytesOf(name: string): Buffer {
  const body = readFileSync(fileURLToPath(new URL(`../test/fixtures/otlp/${name}`, import.meta.url)))
  if (name.endsWith('.pb')) return body
  const outcome = jsonToTraces(body, DEFAULT_LIMITS)
  if (outcome.kind !== 'ok') throw new Error(outcome.message)
  return outcome.bytes
}

/** Name, attributes, events, status code of each span, and how many spans are roots. */
function summary(spans: ReadSpan[]) {
  return {
    spans: spans.map(({ name, attributes, events, status }) => [name, attributes.length, events.length, status[0]]),
    roots: spans.filter(({ parentSpanId }) => parentSpanId === '').length,
    services: [...new Set(spans.map(({ resource }) => JSON.stringify(resource.attributes[0]?.value)))],
    scopes: [...new Set(spans.map(({ scope }) => `${scope.name} ${scope.version}`))],
  }
}

const service = (name: string) => [`{"stringValue":"${name}"}`]

// Counted in the payloads themselves.
const PAYLOADS: Record<string, ReturnType<typeof summary>> = {
  'n8n-2.40.7-webhook-error-and-wait.otlp.pb': {
    spans: [
      ...Array(3).fill(['node.execute', 7, 0, 1]),
      ['node.execute', 7, 1, 2],
      ['workflow.execute', 10, 1, 2],
      ...Array(4).fill(['node.execute', 7, 0, 1]),
      ['workflow.execute', 9, 0, 1],
    ],
    roots: 2,
    services: service('n8n'),
    scopes: ['n8n-workflow '],
  },
  'langgraph-1.7.3-openinference-4.1.1-1.otlp.json': {
    spans: [
      ['__start__', 7, 0, 1],
      ['plan', 7, 0, 1],
      ['FakeListChatModel', 12, 0, 1],
      ['call_model', 7, 0, 1],
      ['lookup', 8, 0, 1],
      ['use_tool', 7, 0, 1],
      ['boom', 7, 0, 1],
      ['my_run', 7, 0, 1],
    ],
    roots: 1,
    services: service('unknown_service:node'),
    scopes: ['@arizeai/openinference-instrumentation-langchain 4.1.1'],
  },
  'mastra-1.71.0-otel-exporter-1.4.0-traces.otlp.json': {
    spans: [
      ['workflow_step fetch', 10, 0, 1],
      ['workflow_step explode', 10, 0, 1],
      ['workflow_step wait', 10, 0, 1],
      ['invoke_workflow my-wf', 10, 0, 1],
      ['workflow_step fetch', 10, 0, 1],
      ['workflow_step explode', 13, 1, 2],
      ['invoke_workflow my-wf', 11, 1, 2],
      ['workflow_step fetch', 10, 0, 1],
      ['workflow_step explode', 10, 0, 1],
      ['workflow_step wait', 9, 0, 1],
      ['invoke_workflow my-wf', 9, 0, 1],
    ],
    roots: 3,
    services: service('m-svc'),
    scopes: ['@mastra/otel-exporter 1.4.0'],
  },
  'vercel-ai-6.0.326-1.otlp.json': {
    spans: [
      ['ai.generateText.doGenerate', 36, 0, 0],
      ['ai.toolCall', 11, 0, 0],
      ['ai.generateText.doGenerate', 36, 0, 0],
      ['ai.generateText', 24, 0, 0],
    ],
    roots: 1,
    services: service('unknown_service:node'),
    scopes: ['ai '],
  },
}

describe.each(Object.entries(PAYLOADS))('%s', (name, expected) => {
  test('has the spans that were sent', () => {
    const { outcome, tape } = index(bytesOf(name))
    expect(outcome).toMatchObject({
      kind: 'indexed',
      items: expected.spans.length,
      rejected: { total: 0 },
      repaired: 0,
    })
    expect(summary(readTape(tape))).toEqual(expected)
  })

  test('is read as protobufjs reads it', () => {
    const body = bytesOf(name)
    expect(readTape(index(body).tape)).toEqual(decodeSpans(body).storable)
  })
})

test('values of the AI SDK keep their types', () => {
  const [first] = readTape(index(bytesOf('vercel-ai-6.0.326-1.otlp.json')).tape)
  const value = (key: string) => first?.attributes.find((attribute) => attribute.key === key)?.value
  expect(value('ai.settings.maxRetries')).toEqual({ intValue: '2' })
  expect(value('gen_ai.response.finish_reasons')).toEqual({ arrayValue: { values: [{ stringValue: 'tool-calls' }] } })
})

test('a payload of another signal has no traces', () => {
  expect(bytesOf('mastra-1.71.0-logs.otlp.json').length).toBe(0)
})
