/** What LangChain hands to callbacks, in words that an execution can carry: roles and texts instead of serialised classes. */
import type { AttributeValue } from '../execution/options.ts'

/** Arrays and members deeper than this are left as they are. */
const DEPTH_MAX = 3
const ROLES: Readonly<Record<string, string>> = { human: 'user', ai: 'assistant' }

/** The value with every message in it as `{role, content}`. */
export function plainMessages(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return value
  if (Array.isArray(value)) return value.map((one) => plainMessages(one, depth + 1))
  const message = messageOf(value)
  if (message !== undefined) return message
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainMessages(member, depth + 1)]))
}

function messageOf(value: object): { role: string; content: unknown } | undefined {
  const { getType, content } = value as { getType?: unknown; content?: unknown }
  if (typeof getType !== 'function' || content === undefined) return undefined
  const type = String(getType.call(value))
  return { role: ROLES[type] ?? type, content }
}

interface Generation {
  text?: string
  message?: { usage_metadata?: { input_tokens?: number; output_tokens?: number }; content?: unknown }
}

export interface ModelOutput {
  generations?: Generation[][]
  llmOutput?: { tokenUsage?: { promptTokens?: number; completionTokens?: number } }
}

/** Tokens, as the generative-AI conventions name them. */
export function usageOf({ generations, llmOutput }: ModelOutput): Record<string, AttributeValue | undefined> {
  const usage = generations?.[0]?.[0]?.message?.usage_metadata
  return {
    'gen_ai.usage.input_tokens': usage?.input_tokens ?? llmOutput?.tokenUsage?.promptTokens,
    'gen_ai.usage.output_tokens': usage?.output_tokens ?? llmOutput?.tokenUsage?.completionTokens,
  }
}

export function textsOf({ generations = [] }: ModelOutput): unknown {
  const all = generations.flat().map(({ text, message }) => text || message?.content)
  return all.length === 1 ? all[0] : all
}

/** The model's name, wherever the integration puts it. */
export function modelOf(extra: unknown): Record<string, string> {
  const { invocation_params: params } = (extra ?? {}) as {
    invocation_params?: { model?: unknown; model_name?: unknown }
  }
  const name = params?.model ?? params?.model_name
  return typeof name === 'string' ? { 'gen_ai.request.model': name } : {}
}
