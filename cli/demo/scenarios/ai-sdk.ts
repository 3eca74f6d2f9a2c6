/** A function with telemetry as Vercel's AI SDK sends it: `ai.generateText` with model calls and tool calls inside. */
import type { Status } from '@runlens/conventions'
import { aborted, rateLimited } from '../faults.ts'
import type { Scenario, World } from '../run.ts'
import { STATUS_CODE, TraceBuilder } from '../trace-builder.ts'

const FUNCTIONS = ['product-search', 'review-summary', 'translate-listing'] as const

export const aiSdkFunction: Scenario = (world) => {
  const { random } = world
  const trace = new TraceBuilder(random)
  const functionId = random.pick(FUNCTIONS)
  const status = random.weighted<Status>([
    ['success', 91],
    ['error', 5],
    ['cancelled', 4],
  ])
  const prompt = `Summarise listing ${random.int(1_000, 9_999)}`
  const attributes = { ...telemetry(world, functionId, 'ai.generateText'), 'ai.prompt': JSON.stringify({ prompt }) }
  trace.span({ name: 'ai.generateText', attributes, workMs: 4 }, (span) => {
    doGenerate(world, functionId, trace)
    if (random.chance(0.5)) {
      const tool = {
        'ai.toolCall.name': 'search',
        'ai.toolCall.id': `call_${random.hex(6)}`,
        'ai.toolCall.args': '{"q":"desk"}',
      }
      trace.span({
        name: 'ai.toolCall',
        attributes: { ...telemetry(world, functionId, 'ai.toolCall'), ...tool, 'ai.toolCall.result': '{"hits":12}' },
        workMs: random.duration(120),
      })
      if (status === 'success') doGenerate(world, functionId, trace)
    }
    if (status !== 'success') {
      const fault = status === 'cancelled' ? aborted() : rateLimited(random)
      trace.fail(span, fault)
      return
    }
    span.attributes['ai.response.text'] = 'Three desks fit under 200 euros.'
    span.attributes['ai.response.finishReason'] = 'stop'
    span.statusCode = STATUS_CODE.unset
  })
  return {
    resource: {
      'service.name': 'storefront',
      'service.version': world.version,
      'deployment.environment.name': world.environment,
    },
    scope: { name: 'ai' },
    spans: trace.spans,
    statuses: [status],
  }
}

function telemetry(world: World, functionId: string, operation: string) {
  return {
    'operation.name': `${operation} ${functionId}`,
    'resource.name': functionId,
    'ai.operationId': operation,
    'ai.telemetry.functionId': functionId,
    'ai.telemetry.metadata.userId': world.userId,
    'ai.telemetry.metadata.sessionId': world.conversationId,
    'ai.model.provider': 'anthropic.messages',
    'ai.model.id': 'claude-sonnet-4-5',
    'ai.settings.maxRetries': 2,
  }
}

function doGenerate(world: World, functionId: string, trace: TraceBuilder): void {
  const { random } = world
  const input = random.int(150, 3_000)
  const output = random.int(30, 500)
  trace.span({
    name: 'ai.generateText.doGenerate',
    attributes: {
      ...telemetry(world, functionId, 'ai.generateText.doGenerate'),
      'gen_ai.system': 'anthropic.messages',
      'gen_ai.request.model': 'claude-sonnet-4-5',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': input,
      'gen_ai.usage.output_tokens': output,
      'ai.usage.inputTokens': input,
      'ai.usage.outputTokens': output,
    },
    workMs: random.duration(850),
  })
}
