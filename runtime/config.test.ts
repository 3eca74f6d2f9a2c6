import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { configurationKeys, loadSettings } from './config.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-config-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function yaml(content: string): string {
  const path = join(directory, 'runlens.yaml')
  writeFileSync(path, content)
  return path
}

function faultsOf(environment: Record<string, string>): string[] {
  try {
    loadSettings(environment)
  } catch (error) {
    expect(error).toMatchObject({ code: 'config_invalid' })
    return (error as Error).message.split('\n').slice(1)
  }
  return []
}

it('needs nothing', () => {
  const settings = loadSettings({})
  expect(settings).toMatchObject({
    otlpGrpc: { host: '127.0.0.1', port: 4317 },
    otlpHttp: { host: '127.0.0.1', port: 4318 },
    apiAddress: { host: '127.0.0.1', port: 8080 },
    clickhouseAddress: { host: '127.0.0.1', port: 8123 },
    dataDir: resolve('data'),
    clickhouseUrl: undefined,
    spool: { bytesMax: 4 * 1024 ** 3 },
  })
})

it('takes the file for what the environment does not say, and empty variables for unset ones', () => {
  const path = yaml('log: { level: warn }\nspool: { graceSeconds: 5 }\n')
  const settings = loadSettings({ RUNLENS_CONFIG: path, RUNLENS_API: '', RUNLENS_OTLP_HTTP: ':1234' })
  expect(settings.log.level).toBe('warn')
  expect(settings.spool).toMatchObject({ graceSeconds: 5, commitIntervalMs: 2 })
  expect(settings.apiAddress.port).toBe(8080)
  expect(settings.otlpHttp.port).toBe(1234)
  expect(loadSettings({ RUNLENS_CONFIG: path, RUNLENS_LOG_LEVEL: 'error' }).log.level).toBe('error')
})

it('tells all faults at once, each with its key', () => {
  const path = yaml('spool: { bytesMax: -1 }\nmapping: { roots: maybe }\nnonsense: 1\nworker: { pollMss: 3 }\n')
  const faults = faultsOf({
    RUNLENS_CONFIG: path,
    RUNLENS_API: 'nowhere',
    RUNLENS_CLICKHOUSE_URL: 'tcp://host:9000',
    RUNLENS_DATADIR: '/x',
    RUNLENS_LOG_LEVEL: 'loud',
  })
  const named = [
    'RUNLENS_DATADIR',
    'RUNLENS_API',
    'RUNLENS_CLICKHOUSE_URL',
    'RUNLENS_LOG_LEVEL',
    'spool.bytesMax',
    'mapping.roots',
    'nonsense',
    'pollMss',
  ]
  // The first one goes on to list the variables that are known.
  const shortened = faults.map((line) => line.replace(/; known are .*/, ''))
  for (const name of named) expect(shortened.filter((line) => line.includes(name)).length, name).toBe(1)
  expect(faults).toHaveLength(named.length)
})

it('tells a file that cannot be read or is no YAML', () => {
  expect(faultsOf({ RUNLENS_CONFIG: join(directory, 'none.yaml') })).toEqual([
    expect.stringMatching(/RUNLENS_CONFIG.*ENOENT/),
  ])
  expect(faultsOf({ RUNLENS_CONFIG: yaml('a: [1') })[0]).toContain('RUNLENS_CONFIG')
  expect(faultsOf({ RUNLENS_CONFIG: yaml('- a list') })).toHaveLength(1)
})

it('takes paths of mapping profiles as seen from the file that names them', () => {
  const profilesOf = (content: string) => loadSettings({ RUNLENS_CONFIG: yaml(content) }).mapping.profiles
  expect(profilesOf('mapping: { profiles: [acme.yaml, ../more, /etc/runlens/x.yaml] }')).toEqual([
    join(directory, 'acme.yaml'),
    join(directory, '../more'),
    '/etc/runlens/x.yaml',
  ])
  expect(profilesOf('mapping: { profiles: profiles }')).toEqual([join(directory, 'profiles')])
  expect(loadSettings({}).mapping.profiles).toEqual([])
  expect(faultsOf({ RUNLENS_CONFIG: yaml('mapping: { profiles: { a: b } }') })).toEqual([
    '  - mapping.profiles: must be a path or a list of paths',
  ])
})

it('takes an empty file for no settings', () => {
  expect(loadSettings({ RUNLENS_CONFIG: yaml('# nothing yet\n') }).log.level).toBe('info')
})

it('tells two listeners on one address, unless the system picks the ports', () => {
  expect(faultsOf({ RUNLENS_API: ':4318' })).toEqual([expect.stringMatching(/RUNLENS_API.*RUNLENS_OTLP_HTTP/)])
  expect(faultsOf({ RUNLENS_API: ':0', RUNLENS_OTLP_HTTP: ':0' })).toEqual([])
  expect(faultsOf({ RUNLENS_API: ':8123' })).toHaveLength(1)
  expect(faultsOf({ RUNLENS_API: ':8123', RUNLENS_CLICKHOUSE_URL: 'http://ch:8123/db' })).toEqual([])
})

it('lists every key of the file with its default', () => {
  const keys = configurationKeys()
  expect(keys).toContainEqual({ key: 'log.level', default: 'info' })
  expect(keys).toContainEqual({ key: 'spool.commitIntervalMs', default: 2 })
  expect(keys.every((one) => one.default !== undefined)).toBe(true)
})

it('takes secrets from the variables that the file names, and tells which are missing', () => {
  const path = yaml(
    `auth:\n  secret_env: RUNLENS_SHARED\n  keys: [{ name: ci, role: ingest, key_env: MY_KEY }]\n  jwt: { secret_env: JWT_KEY, issuer: i, audience: a, algorithms: [HS256] }\n`,
  )
  const secrets = { RUNLENS_SHARED: 's'.repeat(32), MY_KEY: 'k'.repeat(42), JWT_KEY: 'j'.repeat(32) }
  expect({ ...loadSettings({ RUNLENS_CONFIG: path, ...secrets, OTHER: 'x' }).secrets }).toEqual(secrets)
  expect(faultsOf({ RUNLENS_CONFIG: path, ...secrets, MY_KEY: 'short' })).toEqual([
    '  - auth.keys.0.key_env: MY_KEY must be set and hold at least 32 characters',
  ])
})

it.each([
  ['keys: [{ name: a, role: viewer }]', 'auth.keys.0: give sha256 or key_env'],
  ['keys: [{ name: a, role: user, key_env: K }]', 'auth.keys.0: role user, and only it, needs a subject'],
  ['keys: [{ name: a, role: owner, key_env: K }]', 'auth.keys.0.role'],
  ['jwt: { jwksUrl: "https://id.example/keys" }', 'auth.jwt.issuer: is needed'],
  ['jwt: { jwksUrl: "http://id.example/keys", issuer: i, audience: a }', 'auth.jwt.jwksUrl: must be an https URL'],
  [
    'jwt: { jwksUrl: "https://id.example/", issuer: i, audience: a, algorithms: [HS256] }',
    'auth.jwt.algorithms: HS256',
  ],
  ['jwt: { secret_env: K, issuer: i, audience: a }', 'auth.jwt.algorithms: RS256, ES256'],
  ['jwt: { issuer: i }', 'auth.jwt.jwksUrl: is needed, or secret_env'],
  ['refreshSeconds: 31', 'auth.refreshSeconds'],
])('refuses auth: { %s }', (content, fault) => {
  const faults = faultsOf({ RUNLENS_CONFIG: yaml(`auth:\n  ${content}\n`), K: 'k'.repeat(32) })
  expect(faults.join('\n')).toContain(fault)
})

it('reads n8n servers, with keys from the file or from a variable that may be called anything', () => {
  const path = yaml(`environments:
  prod: { n8n: { url: 'https://n8n.example.com/base/', api_key_env: RUNLENS_N8N_KEY, instance_id: abc } }
  dev: { n8n: { url: 'http://localhost:5678', api_key: in-file } }
`)
  const { environments } = loadSettings({ RUNLENS_CONFIG: path, RUNLENS_N8N_KEY: 'in-variable' })
  expect(Object.keys(environments)).toEqual(['prod', 'dev'])
  // Names come from paths of requests, too.
  expect(environments.constructor).toBeUndefined()
  expect(environments.prod?.n8n).toMatchObject({ url: 'https://n8n.example.com/base', instanceId: 'abc' })
  expect(environments.prod?.n8n?.apiKey?.reveal()).toBe('in-variable')
  expect(environments.dev?.n8n?.apiKey?.reveal()).toBe('in-file')
  // A process that does not need the key starts without it.
  expect(loadSettings({ RUNLENS_CONFIG: path }).environments.prod?.n8n?.apiKey).toBeUndefined()
})

it('tells faults of environments and of outgoing requests without showing a key', () => {
  const path = yaml(`environments:
  a: { n8n: { url: 'https://user:hush@host', api_key: 5 } }
  b: { n8n: { url: 'ftp://host', api_key: hush, api_key_env: KEY } }
  c: { n8n: { url: 'https://host' } }
outgoing: { allowPrivate: ['10.0.0.0/33', ok.internal] }
`)
  const faults = faultsOf({ RUNLENS_CONFIG: path })
  for (const key of [
    'environments.a.n8n.url',
    'environments.a.n8n.api_key',
    'environments.b.n8n.url',
    'environments.c.n8n',
    'outgoing.allowPrivate.0',
  ]) {
    expect(
      faults.filter((line) => line.includes(`${key}:`)),
      key,
    ).toHaveLength(1)
  }
  expect(faults.join()).not.toContain('hush')
})
