// What the mock model says, in turn: it asks for the tool, then it answers.
const usage = {
  inputTokens: { total: 12, noCache: 12, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 3, text: 3, reasoning: 0 },
}

export const answers = () => [
  {
    content: [{ type: 'tool-call', toolCallId: 'call-1', toolName: 'weather', input: '{"city":"Bergen"}' }],
    finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
    usage,
    warnings: [],
  },
  {
    content: [{ type: 'text', text: 'It rains.' }],
    finishReason: { unified: 'stop', raw: 'stop' },
    usage,
    warnings: [],
  },
]
