/** The part of the YAML file that says which texts are encrypted before they are stored, and its keys, which come from the environment alone. */
import { z } from 'zod'
import { KEY_ID } from './sealed-text.ts'
import { type EncryptionKey, KEY_BYTES } from './text-cipher.ts'

const KEYS_MAX = 100
/** Stands for {@link TEXT_ATTRIBUTES} in a list. */
const THE_DEFAULT = 'default'

export const encryptionSchema = z
  .strictObject({
    /** The first encrypts, all open; none: nothing is encrypted. */
    keys: z
      .array(
        z.strictObject({
          id: z.string().regex(KEY_ID, 'must have 1 to 32 letters, digits, dashes or underscores'),
          /** The environment variable that holds the key: 32 bytes, in base64 or as hexadecimal digits. */
          secret_env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'),
        }),
      )
      .max(KEYS_MAX)
      .default([]),
    /** Attributes whose values are encrypted, `name.*` for all that begin so; `default` stands for those where texts of people are known to be. */
    attributes: z.array(z.string().min(1)).default([THE_DEFAULT]),
    /** Whether bodies of log records are, too. */
    logBodies: z.enum(['on', 'off']).default('on'),
  })
  .superRefine(({ keys }, context) => {
    keys.forEach(({ id }, index) => {
      if (keys.findIndex((other) => other.id === id) === index) return
      context.addIssue({
        code: 'custom',
        message: `"${id}" is the id of another key already`,
        path: ['keys', index, 'id'],
      })
    })
  })
  .prefault({})

export type EncryptionSettings = z.infer<typeof encryptionSchema>

/** Where texts of people come: queries and their parameters, inputs and outputs of executions and steps, messages of models and their users. */
export const TEXT_ATTRIBUTES: readonly string[] = [
  'db.query.text',
  'db.statement',
  'db.query.parameter.*',
  'db.operation.parameter.*',
  'db.statement.parameters',
  'runlens.execution.input',
  'runlens.execution.output',
  'runlens.step.input',
  'runlens.step.output',
  'input.value',
  'output.value',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.prompt',
  'gen_ai.prompt.*',
  'gen_ai.completion',
  'gen_ai.completion.*',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'llm.input_messages.*',
  'llm.output_messages.*',
  'llm.prompts',
  'llm.prompts.*',
  'mastra.workflow_run.input',
  'mastra.workflow_run.output',
  'mastra.agent_run.input',
  'mastra.agent_run.output',
  'mastra.workflow_step.input',
  'mastra.workflow_step.output',
  'mastra.tool_call.input',
  'mastra.tool_call.output',
  'mastra.mcp_tool_call.input',
  'mastra.mcp_tool_call.output',
  'mastra.model_generation.input',
  'mastra.model_generation.output',
  'mastra.llm_generation.input',
  'mastra.llm_generation.output',
  'mastra.model_step.input',
  'mastra.model_step.output',
  'mastra.processor_run.input',
  'mastra.processor_run.output',
  'mastra.generic.input',
  'mastra.generic.output',
  'airflow.dag_run.conf',
  'langfuse.trace.input',
  'langfuse.trace.output',
  'langfuse.observation.input',
  'langfuse.observation.output',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'ai.prompt',
  'ai.prompt.*',
  'ai.response.text',
  'ai.response.object',
  'ai.response.reasoning',
  'ai.response.toolCalls',
  'ai.toolCall.args',
  'ai.toolCall.result',
]

/** Names and beginnings of names, in lower case. */
export function encryptedAttributes({ attributes }: Pick<EncryptionSettings, 'attributes'>): {
  names: ReadonlySet<string>
  prefixes: readonly string[]
} {
  const all = attributes.flatMap((name) => (name === THE_DEFAULT ? TEXT_ATTRIBUTES : [name]))
  const lower = all.map((name) => name.toLowerCase())
  return {
    names: new Set(lower.filter((name) => !name.endsWith('*'))),
    prefixes: lower.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1)),
  }
}

/** What is wrong with the variables that hold the keys, each fault with its key; never what they hold. */
export function encryptionFaults(
  { keys }: EncryptionSettings,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  return keys.flatMap(({ secret_env }, index) => {
    const key = `encryption.keys.${index}.secret_env`
    const text = environment[secret_env]
    if (!text) return [`${key}: ${secret_env} is not set`]
    if (keyBytes(text)) return []
    return [`${key}: ${secret_env} must hold ${KEY_BYTES} bytes, in base64 or as ${KEY_BYTES * 2} hexadecimal digits`]
  })
}

/** @param secrets what the variables hold; checked by {@link encryptionFaults} before */
export function encryptionKeys(
  { keys }: EncryptionSettings,
  secrets: Readonly<Record<string, string>>,
): readonly EncryptionKey[] {
  return keys.flatMap(({ id, secret_env }) => {
    const bytes = keyBytes(secrets[secret_env] ?? '')
    return bytes ? [{ id, bytes }] : []
  })
}

function keyBytes(text: string): Buffer | undefined {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex')
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return undefined
  const bytes = Buffer.from(trimmed, 'base64')
  return bytes.length === KEY_BYTES ? bytes : undefined
}
