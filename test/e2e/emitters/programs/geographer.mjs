// A graph of LangGraph's with a node that thinks, by a model and a tool, and one that checks.
import { tool } from '@langchain/core/tools'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { z } from 'zod'

const model = new FakeListChatModel({ responses: ['Paris'] })
const atlas = tool(async ({ country }) => `a page about ${country}`, {
  name: 'atlas',
  description: 'looks a country up',
  schema: z.object({ country: z.string() }),
})

export const geographer = new StateGraph(
  Annotation.Root({ question: Annotation(), answer: Annotation(), page: Annotation() }),
)
  .addNode('think', async ({ question }, config) => {
    const { content } = await model.invoke([{ role: 'user', content: question }], config)
    return { answer: content, page: await atlas.invoke({ country: 'France' }, config) }
  })
  .addNode('check', async ({ answer }) => {
    if (answer !== 'Paris') throw new Error('no such capital')
    return {}
  })
  .addEdge(START, 'think')
  .addEdge('think', 'check')
  .addEdge('check', END)
  .compile({ name: 'geographer' })
