/** A program of Mastra: a workflow that succeeds, one that fails, one that is suspended, and an agent with a tool whose model is made up. */
import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { createTool } from '@mastra/core/tools'
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { Observability } from '@mastra/observability'
import { OtelExporter } from '@mastra/otel-exporter'
import { z } from 'zod'

const order = z.object({ order: z.string(), total: z.number() })
const price = createStep({
  id: 'price',
  inputSchema: order,
  outputSchema: order,
  execute: async ({ inputData }) => inputData,
})
const charge = createStep({
  id: 'charge',
  inputSchema: order,
  outputSchema: order,
  execute: async ({ inputData }) => {
    if (inputData.total > 100) throw new Error('card declined')
    return inputData
  },
})
const approve = createStep({
  id: 'approve',
  inputSchema: order,
  outputSchema: order,
  execute: async ({ suspend }) => suspend({}),
})
const flow = (id, steps) =>
  steps.reduce((all, step) => all.then(step), createWorkflow({ id, inputSchema: order, outputSchema: order })).commit()

const usage = { inputTokens: 5, outputTokens: 7, totalTokens: 12 }
const answers = [
  [{ type: 'tool-call', toolCallId: 'call-1', toolName: 'lookup', input: '{"order":"A-1"}' }],
  [{ type: 'text', text: 'It is on its way.' }],
]
let asked = 0
const answer = () => {
  const content = answers[Math.min(asked++, answers.length - 1)]
  return { content, finishReason: content[0].type === 'text' ? 'stop' : 'tool-calls', usage, warnings: [] }
}
const model = {
  specificationVersion: 'v2',
  provider: 'made-up',
  modelId: 'made-up-1',
  supportedUrls: {},
  doGenerate: async () => answer(),
  doStream: async () => {
    const { content, finishReason } = answer()
    const parts = content.flatMap((part) =>
      part.type === 'text'
        ? [
            { type: 'text-start', id: '1' },
            { type: 'text-delta', id: '1', delta: part.text },
            { type: 'text-end', id: '1' },
          ]
        : [part],
    )
    return {
      stream: ReadableStream.from([
        { type: 'stream-start', warnings: [] },
        ...parts,
        { type: 'finish', finishReason, usage },
      ]),
    }
  },
}
const lookup = createTool({
  id: 'lookup',
  description: 'where an order is',
  inputSchema: z.object({ order: z.string() }),
  outputSchema: z.object({ state: z.string() }),
  execute: async () => ({ state: 'sent' }),
})
const agent = new Agent({ id: 'helper', name: 'helper', instructions: 'Help.', model, tools: { lookup } })

const endpoint = `${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`
const observability = new Observability({
  configs: {
    otel: {
      serviceName: 'mastra-shop',
      exporters: [new OtelExporter({ provider: { custom: { endpoint, protocol: 'http/protobuf' } } })],
    },
  },
})
const mastra = new Mastra({
  logger: false,
  observability,
  agents: { helper: agent },
  workflows: { ship: flow('ship', [price, charge]), order: flow('order', [price, charge, approve]) },
})

const start = async (id, inputData) => {
  const run = await mastra.getWorkflow(id).createRun()
  const { status } = await run.start({ inputData })
  console.log(id, run.runId, status)
}
await start('ship', { order: 'A-1', total: 20 })
await start('ship', { order: 'A-2', total: 200 })
await start('order', { order: 'A-3', total: 30 })
const { text } = await mastra.getAgent('helper').generate('Where is A-1?')
console.log('agent', text)
await observability.shutdown()
