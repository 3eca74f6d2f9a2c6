/** A conversational graph as OpenInference instruments LangGraph: CHAIN spans per node, LLM and TOOL spans inside. */
import type { Status } from '@runlens/conventions'
import { badModelOutput, rateLimited } from '../faults.ts'
import type { Scenario, World } from '../run.ts'
import { type Attributes, type Fault, STATUS_CODE, TraceBuilder } from '../trace-builder.ts'

const QUESTIONS = [
  ['Where is my order?', 'It left the warehouse this morning and arrives on Thursday.'],
  ['Can I still change the address?', 'Yes, until it is packed. I have changed it for you.'],
  ['How do I return a chair?', 'Print the label from your account; the return is free for 30 days.'],
] as const

export const langgraphAssistant: Scenario = (world) => {
  const { random } = world
  const trace = new TraceBuilder(random)
  const [question, answer] = random.pick(QUESTIONS)
  const status = random.weighted<Status>([
    ['success', 90],
    ['error', 10],
  ])
  trace.span({ name: 'support_graph', attributes: chain(world, question), workMs: 8 }, (span) => {
    const fault = runGraph(world, question, answer, status === 'error', trace)
    if (fault) trace.fail(span, fault)
    else {
      span.statusCode = STATUS_CODE.ok
      span.attributes['output.value'] = answer
    }
  })
  return {
    resource: {
      'service.name': 'support-assistant',
      'service.version': world.version,
      'deployment.environment.name': world.environment,
    },
    scope: { name: '@arizeai/openinference-instrumentation-langchain', version: '4.1.1' },
    spans: trace.spans,
    statuses: [status],
  }
}

function chain(world: World, input: string, kind = 'CHAIN') {
  return {
    'openinference.span.kind': kind,
    'input.value': input,
    'input.mime_type': 'text/plain',
    'session.id': world.conversationId,
    metadata: JSON.stringify({
      ls_integration: 'langgraph',
      user_id: world.userId,
      session_id: world.conversationId,
      thread_id: world.conversationId,
    }),
  }
}

function runGraph(
  world: World,
  question: string,
  answer: string,
  failing: boolean,
  trace: TraceBuilder,
): Fault | undefined {
  const { random } = world
  const node = (name: string, workMs: number, inside?: () => Fault | undefined): Fault | undefined => {
    let fault: Fault | undefined
    trace.span({ name, attributes: chain(world, question), workMs }, (span) => {
      fault = inside?.()
      if (fault) trace.fail(span, fault)
      else span.statusCode = STATUS_CODE.ok
    })
    return fault
  }
  const leaf = (name: string, attributes: Attributes, workMs: number) => {
    trace.span({ name, attributes, workMs }).statusCode = STATUS_CODE.ok
    return undefined
  }
  node('plan', random.duration(6))
  const retrieval = {
    ...chain(world, question, 'RETRIEVER'),
    'retrieval.documents.0.document.id': `doc-${random.int(1, 400)}`,
  }
  node('retrieve', 1, () => {
    return leaf('VectorStoreRetriever', retrieval, random.duration(70))
  })
  const rounds = random.weighted([
    [1, 70],
    [2, 22],
    [3, 8],
  ])
  for (let round = 1; round <= rounds; round++) {
    const fault = node('call_model', 1, () => callModel(world, question, answer, failing && round === rounds, trace))
    if (fault) return fault
    if (round < rounds) {
      const tool = { ...chain(world, '{"order":"?"}', 'TOOL'), 'tool.name': 'lookup_order' }
      node('use_tool', 1, () => {
        return leaf('lookup_order', tool, random.duration(45))
      })
    }
  }
  return node('respond', random.duration(3))
}

function callModel(
  world: World,
  question: string,
  answer: string,
  failing: boolean,
  trace: TraceBuilder,
): Fault | undefined {
  const { random } = world
  const prompt = random.int(200, 2_400)
  const completion = random.int(20, 300)
  const attributes = {
    ...chain(world, question, 'LLM'),
    'llm.model_name': 'gpt-4o-mini',
    'llm.provider': 'openai',
    'llm.input_messages.0.message.role': 'user',
    'llm.input_messages.0.message.content': question,
    'llm.token_count.prompt': prompt,
    'llm.token_count.completion': completion,
    'llm.token_count.total': prompt + completion,
  }
  let fault: Fault | undefined
  trace.span({ name: 'ChatOpenAI', attributes, workMs: random.duration(1_100) }, (span) => {
    if (failing) {
      fault = random.chance(0.6) ? rateLimited(random) : badModelOutput(random)
      trace.fail(span, fault)
      return
    }
    span.statusCode = STATUS_CODE.ok
    span.attributes['output.value'] = answer
  })
  return fault
}
