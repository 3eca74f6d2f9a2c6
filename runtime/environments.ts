/** Settings of environments (values of `deployment.environment.name`): which n8n server runs there. */
import { z } from 'zod'
import { Secret } from './secret.ts'

/** An n8n server whose executions are read through its public API. */
export interface N8nSettings {
  /** Base address without a slash at the end; `/api/v1` follows. */
  url: string
  /** Undefined where the variable that should hold it is not set in this process; only the worker needs it. */
  apiKey: Secret | undefined
  /** Name of the environment variable that holds the key; undefined where the file does. */
  apiKeyVariable: string | undefined
  /** `n8n.instance.id` that the server puts on its own telemetry; undefined: taken from what is stored, else from the address. */
  instanceId: string | undefined
}

export interface EnvironmentSettings {
  /** Whose executions they are; default: `default`. */
  tenant: string
  n8n?: N8nSettings
}

const n8nSchema = z
  .strictObject({
    url: z
      .string()
      .refine(isBaseUrl, 'must be like https://n8n.example.com, without a password, a query or a fragment'),
    api_key: z.string().min(1).max(4_096).optional(),
    api_key_env: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable')
      .optional(),
    instance_id: z.string().min(1).max(200).optional(),
  })
  .refine(({ api_key, api_key_env }) => (api_key === undefined) !== (api_key_env === undefined), {
    message: 'needs either api_key or api_key_env',
  })

export const environmentsSchema = z
  .record(
    z.string().min(1).max(200),
    z.strictObject({ tenant: z.string().min(1).max(200).default('default'), n8n: n8nSchema.optional() }),
  )
  .default({})

/** @param variables of the process's environment */
export function environmentsOf(
  file: z.output<typeof environmentsSchema>,
  variables: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, EnvironmentSettings>> {
  const entries = Object.entries(file).map(([id, { tenant, n8n }]): [string, EnvironmentSettings] => {
    if (!n8n) return [id, { tenant }]
    const { url, api_key, api_key_env, instance_id } = n8n
    const key = api_key ?? variables[api_key_env ?? '']
    const apiKey = key ? new Secret(key) : undefined
    const settings = { url: url.replace(/\/+$/, ''), apiKey, apiKeyVariable: api_key_env, instanceId: instance_id }
    return [id, { tenant, n8n: settings }]
  })
  // Without a prototype: names from requests are looked up here.
  return Object.assign(Object.create(null), Object.fromEntries(entries))
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:'
  return isHttp && url.username === '' && url.password === '' && !/[?#]/.test(text)
}
