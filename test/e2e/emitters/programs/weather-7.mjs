// The AI SDK 7, whose telemetry is a package of its own, as its manual says. The model is its own mock.
import { OpenTelemetry } from '@ai-sdk/otel'
import { generateText, isStepCount, registerTelemetry, tool } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { z } from 'zod'
import { answers } from './weather-answers.mjs'

registerTelemetry(new OpenTelemetry())

const { text } = await generateText({
  model: new MockLanguageModelV4({ modelId: 'mock-model', doGenerate: answers() }),
  prompt: 'How is the weather in Bergen?',
  stopWhen: isStepCount(3),
  tools: {
    weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => `rain in ${city}` }),
  },
  telemetry: { functionId: 'weather-report' },
})
console.log(text)
