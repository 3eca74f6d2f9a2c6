/** The n8n servers of the configuration, each with its key. */
import { type EnvironmentSettings, type N8nSettings, RunlensError, type Secret } from '@runlens/runtime'

export type N8nServer = N8nSettings & { apiKey: Secret }

/**
 * By environment.
 * @throws RunlensError `config_invalid` when a key is named by a variable that is not set here
 */
export function serversOf(environments: Readonly<Record<string, EnvironmentSettings>>): ReadonlyMap<string, N8nServer> {
  const servers = new Map<string, N8nServer>()
  const faults: string[] = []
  for (const [id, { n8n }] of Object.entries(environments)) {
    if (!n8n) continue
    const { apiKey, apiKeyVariable } = n8n
    if (apiKey) servers.set(id, { ...n8n, apiKey })
    else faults.push(`environments.${id}.n8n.api_key_env: the variable ${apiKeyVariable} is not set`)
  }
  if (faults.length > 0) {
    const hint = 'Set it in the environment of the worker, or of npm start.'
    throw new RunlensError('config_invalid', `The key of an n8n server is missing:\n  - ${faults.join('\n  - ')}`, hint)
  }
  return servers
}
