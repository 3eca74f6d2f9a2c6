/** An agent after OpenTelemetry's GenAI conventions: `invoke_agent` with `chat` and `execute_tool` spans below. */
import type { Status } from '@runlens/conventions'
import { connectionTimeout, rateLimited } from '../faults.ts'
import type { Scenario, World } from '../run.ts'
import { type Fault, SPAN_KIND, TraceBuilder } from '../trace-builder.ts'

const AGENTS = [
  ['asst_refunds', 'refund agent'],
  ['asst_restock', 'restock agent'],
] as const
const TOOLS = ['get_order', 'get_policy', 'issue_refund', 'search_stock'] as const

export const genAiAgent: Scenario = (world) => {
  const { random } = world
  const trace = new TraceBuilder(random)
  const [id, name] = random.pick(AGENTS)
  const status = random.weighted<Status>([
    ['success', 88],
    ['error', 8],
    ['timeout', 4],
  ])
  const attributes = {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': 'openai',
    'gen_ai.agent.id': id,
    'gen_ai.agent.name': name,
    'gen_ai.conversation.id': world.conversationId,
    'user.id': world.userId,
    'gen_ai.input.messages': message('user', `Please look at order ${random.int(1_000, 9_999)}`),
  }
  trace.span({ name: `invoke_agent ${name}`, attributes, workMs: 5 }, (span) => {
    const fault = runRounds(world, status, trace)
    if (fault) {
      span.attributes['error.type'] = fault.type
      trace.fail(span, fault)
    } else {
      span.attributes['gen_ai.output.messages'] = message('assistant', 'Done: the refund is on its way.')
    }
  })
  return {
    resource: {
      'service.name': 'back-office-agents',
      'service.version': world.version,
      'deployment.environment.name': world.environment,
    },
    scope: { name: 'demo.agents', version: world.version },
    spans: trace.spans,
    statuses: [status],
  }
}

function message(role: string, content: string): string {
  return JSON.stringify([{ role, parts: [{ type: 'text', content }] }])
}

function runRounds(world: World, status: Status, trace: TraceBuilder): Fault | undefined {
  const { random } = world
  for (let round = random.int(1, 4); round > 0; round--) {
    chat(world, trace)
    const tool = random.pick(TOOLS)
    const attributes = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': tool,
      'gen_ai.tool.call.id': `call_${random.hex(6)}`,
      'gen_ai.tool.call.arguments': '{"order":"?"}',
    }
    let fault: Fault | undefined
    trace.span({ name: `execute_tool ${tool}`, attributes, workMs: random.duration(90) }, (span) => {
      if (status === 'success' || round > 1) return
      fault = status === 'timeout' ? connectionTimeout(random) : rateLimited(random)
      span.attributes['error.type'] = fault.type
      trace.fail(span, fault)
    })
    if (fault) return fault
  }
  chat(world, trace)
  return undefined
}

function chat(world: World, trace: TraceBuilder): void {
  const { random } = world
  trace.span({
    name: 'chat gpt-4o',
    kind: SPAN_KIND.client,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': random.int(300, 4_000),
      'gen_ai.usage.output_tokens': random.int(20, 600),
    },
    workMs: random.duration(1_300),
  })
}
