// The AI SDK 6 with its telemetry switched on, as its manual says. The model is its own mock.
import { generateText, stepCountIs, tool } from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import { z } from 'zod'
import { answers } from './weather-answers.mjs'

const { text } = await generateText({
  model: new MockLanguageModelV3({ modelId: 'mock-model', doGenerate: answers() }),
  prompt: 'How is the weather in Bergen?',
  stopWhen: stepCountIs(3),
  tools: {
    weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => `rain in ${city}` }),
  },
  experimental_telemetry: {
    isEnabled: true,
    functionId: 'weather-report',
    metadata: { userId: 'u-6', sessionId: 's-6' },
  },
})
console.log(text)
