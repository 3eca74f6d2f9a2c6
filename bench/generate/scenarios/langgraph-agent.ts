/** An agent graph as OpenInference instruments LangGraph, with long inputs and outputs: one execution of kind agent. */
import type { Attributes } from '../any-value.ts'
import type { Draft } from '../draft.ts'
import { faultSometimes } from './faults.ts'
import { assistant } from './services.ts'

const WORDS =
  'the order left our warehouse this morning and arrives on thursday you may still change its address until then'.split(
    ' ',
  )

export function langgraphAgent(draft: Draft): void {
  const { random } = draft
  const fault = faultSometimes(random, 0.08)
  draft.trace((trace) => {
    const metadata = `{"thread_id":"thread-${draft.digits(50_000)}","user_id":"user-${draft.digits(20_000)}","ls_integration":"langgraph"}`
    const run = (name: string, kind: string, workMs: number, own: Attributes = {}, inside?: () => void) => {
      const attributes: Attributes = {
        'openinference.span.kind': kind,
        'input.value': `{"messages":["${text(draft, 12)}"]}`,
        'input.mime_type': 'application/json',
        'output.value': `{"messages":["${text(draft, 40)}"]}`,
        'output.mime_type': 'application/json',
        metadata,
        ...own,
      }
      const isFailing = fault && (name === 'support_graph' || name === 'answer')
      trace.span({ service: assistant, name, attributes, workMs, fault: isFailing ? fault : undefined }, inside)
    }
    run('support_graph', 'CHAIN', 8, { 'agent.name': 'support_graph' }, () => {
      run('route', 'CHAIN', 2, {}, () => model(draft, run))
      run('search', 'CHAIN', 3, {}, () =>
        run('search_orders', 'TOOL', random.duration(60), { 'tool.name': 'search_orders' }),
      )
      run('retrieve', 'RETRIEVER', random.duration(40), { 'retrieval.documents.0.document.score': 0.83 })
      run('answer', 'CHAIN', 4, {}, () => model(draft, run))
    })
  })
}

type Run = (name: string, kind: string, workMs: number, own?: Attributes) => void

function model(draft: Draft, run: Run): void {
  const { random } = draft
  const prompt = 300 + random.below(4_000)
  const completion = 20 + random.below(600)
  run('ChatOpenAI', 'LLM', random.duration(700), {
    'llm.model_name': 'gpt-5-mini',
    'llm.system': 'openai',
    'llm.token_count.prompt': prompt,
    'llm.token_count.completion': completion,
    'llm.token_count.total': prompt + completion,
    'llm.invocation_parameters': '{"temperature":0,"max_tokens":1024}',
  })
}

function text(draft: Draft, words: number): string {
  return Array.from({ length: words }, () => draft.random.pick(WORDS)).join(' ')
}
