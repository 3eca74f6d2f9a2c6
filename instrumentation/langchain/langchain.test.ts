import { tool } from '@langchain/core/tools'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { Annotation, Command, END, interrupt, MemorySaver, START, StateGraph } from '@langchain/langgraph'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Recorded, recordedSpans } from '../../test/kit/recorded-spans.ts'
import { langchainCallbacks } from './main.ts'

const State = Annotation.Root({ question: Annotation<string>(), answer: Annotation<string>() })

function graph() {
  const model = new FakeListChatModel({ responses: ['Paris'] })
  const search = tool(async ({ text }) => `found ${text}`, {
    name: 'search',
    description: 'looks something up',
    schema: z.object({ text: z.string() }),
  })
  return new StateGraph(State)
    .addNode('think', async ({ question }, config) => {
      const { content } = await model.invoke([{ role: 'user', content: question }], config)
      await search.invoke({ text: 'France' }, config)
      return { answer: String(content) }
    })
    .addNode('confirm', async ({ question, answer }) => {
      if (question === 'boom') throw new RangeError('no such answer')
      return question === 'unsure' ? { answer: interrupt(`${answer}?`) as string } : {}
    })
    .addEdge(START, 'think')
    .addEdge('think', 'confirm')
    .addEdge('confirm', END)
    .compile({ checkpointer: new MemorySaver(), name: 'geographer' })
}

const config = { configurable: { thread_id: 'thread-1' }, metadata: { user_id: 'u-1' } }
const tree = (spans: readonly Recorded[]) =>
  spans.map(({ name, parent, attributes }) => [
    name,
    parent,
    attributes['runlens.step.type'] ?? attributes['runlens.execution.kind'],
  ])

describe('a graph', () => {
  it('is an execution; its nodes, models and tools are steps below one another', async () => {
    const spans = await recordedSpans(async () => {
      await graph().invoke({ question: 'The capital of France?' }, { ...config, callbacks: [langchainCallbacks()] })
    })
    expect(tree(spans)).toEqual([
      ['FakeListChatModel', 'think', 'llm'],
      ['search', 'think', 'tool'],
      ['think', 'geographer', 'node'],
      ['confirm', 'geographer', 'node'],
      ['geographer', '', 'agent'],
    ])
    const [model, search, , , root] = spans
    expect(model!.attributes).toMatchObject({
      'runlens.step.input': '[{"role":"user","content":"The capital of France?"}]',
      'runlens.step.output': 'Paris',
    })
    expect(search!.attributes['runlens.step.output']).toBe('found France')
    expect(root!.attributes).toMatchObject({
      'runlens.workflow.name': 'geographer',
      'user.id': 'u-1',
      'session.id': 'thread-1',
      'runlens.execution.input': '{"question":"The capital of France?"}',
      'runlens.execution.output': '{"question":"The capital of France?","answer":"Paris"}',
    })
  })

  it('that fails has the error on its node and on itself', async () => {
    const spans = await recordedSpans(async () => {
      const run = graph().invoke({ question: 'boom' }, { ...config, callbacks: [langchainCallbacks()] })
      await expect(run).rejects.toThrow('no such answer')
    })
    const failed = spans
      .filter(({ status }) => status.code === 2)
      .map(({ name, attributes }) => [name, attributes['error.type']])
    expect(failed).toEqual([
      ['confirm', 'RangeError'],
      ['geographer', 'RangeError'],
    ])
  })

  it('that asks somebody waits, and is the same execution when it goes on', async () => {
    const spans = await recordedSpans(async () => {
      const compiled = graph()
      const callbacks = [langchainCallbacks()]
      await compiled.invoke({ question: 'unsure' }, { ...config, callbacks })
      await compiled.invoke(new Command({ resume: 'Lyon' }), { ...config, callbacks })
    })
    const runs = spans.filter(({ attributes }) => 'runlens.execution.kind' in attributes)
    expect(runs.map(({ attributes }) => attributes['runlens.execution.status'])).toEqual(['waiting', undefined])
    expect(new Set(runs.map(({ attributes }) => attributes['runlens.execution.id'])).size).toBe(1)
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
    expect(spans.filter(({ status }) => status.code === 2)).toEqual([])
    const confirm = spans
      .filter(({ name }) => name === 'confirm')
      .map(({ attributes }) => attributes['runlens.step.status'])
    expect(confirm).toEqual(['waiting', undefined])
  })
})
