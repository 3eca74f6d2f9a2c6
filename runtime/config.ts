/** The settings of every process: environment variables first, then the YAML file of `RUNLENS_CONFIG`; all faults are told at once. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Address, formatAddress, parseAddress } from './address.ts'
import { accessSchema, authSchema, quotaSchema, secretVariables } from './auth-settings.ts'
import { encryptionFaults, encryptionSchema } from './encryption/encryption-settings.ts'
import { type EnvironmentSettings, environmentsOf, environmentsSchema } from './environments.ts'
import { RunlensError } from './errors.ts'
import { isAddressRule } from './outgoing/address-rules.ts'

const MIB = 1024 * 1024
const positive = z.int().positive()
const path = z.string().min(1)
const paths = z.union([path.transform((one) => [one]), z.array(path)], { error: 'must be a path or a list of paths' })

/** The YAML file: everything an operator may tune; each key has a default that suits one machine. */
const queryText = z.enum(['full', 'sanitised', 'hashed', 'off'])

const fileSchema = z.strictObject({
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info') })
    .prefault({}),
  otlp: z
    .strictObject({
      /** Largest request body, also after inflating. */
      bodyBytesMax: positive.default(64 * MIB),
      /** Bodies and their work in flight, shared by both transports; beyond it requests are told to come back. */
      inFlightBytesMax: positive.default(128 * MIB),
      inFlightRequestsMax: positive.default(512),
      spansPerRequestMax: positive.default(100_000),
      attributesPerSpanMax: positive.default(1_024),
      valueBytesMax: positive.default(4 * MIB),
      depthMax: positive.default(32),
      /** What an overloaded collector asks clients to wait. */
      retryAfterSeconds: positive.default(1),
    })
    .prefault({}),
  mapping: z
    .strictObject({
      /** Whether a parentless span that no profile claims is an execution of kind request or job. */
      roots: z.enum(['on', 'off']).default('on'),
      /** Inputs and outputs kept on an execution. The whole value stays on its span. */
      payloadBytesMax: positive.default(16 * 1024),
      /** Profiles of emitters that we do not know: files, or directories of them, relative to the file that says so. */
      profiles: paths.prefault([]),
    })
    .prefault({}),
  redaction: z
    .strictObject({
      /** Whether passwords, tokens and keys are masked before anything is stored. */
      secrets: z.enum(['on', 'off']).default('on'),
      /** Attributes whose values are masked beside those whose names tell. */
      keys: z.array(z.string().min(1)).default([]),
      /** Attributes that are left alone. */
      keep: z.array(z.string().min(1)).default([]),
      /** What is kept of the text of database queries. */
      queryText: queryText.default('full'),
      /** By tenant, in place of the one for all. */
      tenants: z.record(z.string(), z.strictObject({ queryText })).default({}),
    })
    .prefault({}),
  encryption: encryptionSchema,
  spool: z
    .strictObject({
      /** On-disk bound; beyond it requests are refused with 503 until ClickHouse has caught up. */
      bytesMax: positive.default(4 * 1024 * MIB),
      segmentBytes: positive.default(64 * MIB),
      /** How long group commit gathers requests before one fdatasync. */
      commitIntervalMs: z.int().nonnegative().default(2),
      /** How long segments stay after ClickHouse acknowledged them, for the repair after a power loss. */
      graceSeconds: z.int().nonnegative().default(60),
    })
    .prefault({}),
  writer: z
    .strictObject({
      batchRowsMax: positive.max(1_000_000).default(200_000),
      batchBytesMax: positive.default(40 * MIB),
      batchAgeMs: positive.default(200),
      /** Longest pause between two tries of a batch that ClickHouse did not take. */
      retryMaxMs: positive.default(10_000),
      /** Span ids remembered so that a resend is not stored again. */
      resendFilterSpans: positive.default(2_000_000),
    })
    .prefault({}),
  worker: z
    .strictObject({
      pollMs: positive.default(100),
      /** How long a trace rests after its last arrival before it is settled. */
      settleDelayMs: z.int().nonnegative().default(100),
      tracesPerSettleMax: positive.default(1_000),
      spansPerTraceMax: positive.default(100_000),
      /** How far back arrivals are read again for rows that became visible late. */
      overlapMs: positive.default(10_000),
      /** How long a candidate waits for its ancestors before it counts by itself. */
      candidateTimeoutMs: positive.default(30_000),
      rollupIntervalMs: positive.default(5_000),
      /** Between two looks for patterns of executions. */
      patternsIntervalMs: positive.default(300_000),
      leaseSeconds: positive.default(10),
    })
    .prefault({}),
  api: z
    .strictObject({
      queriesMax: positive.default(4),
      queryTimeoutMs: positive.default(30_000),
      cacheMs: z.int().nonnegative().default(200),
      /** How long an execution without any heartbeat may stay queued or running before it is shown as lost. */
      lostAfterMs: positive.default(86_400_000),
      /** OTLP/HTTP of the collector that takes what is written through the API; `auto`: the one of `RUNLENS_OTLP_HTTP`. */
      collectorUrl: z
        .string()
        .regex(/^(auto|https?:\/\/[^/?#@]+\/?)$/, 'must be auto or like http://collector:4318')
        .default('auto'),
    })
    .prefault({}),
  live: z
    .strictObject({
      /** Between two looks at the log of changes, while anybody listens. */
      pollMs: positive.default(150),
      /** Streams of one API process. */
      clientsMax: positive.default(5_000),
      /** Events that wait for one client. */
      queueEventsMax: positive.default(1_000),
      /** Changes read again for a client that comes back. */
      replayChangesMax: positive.default(10_000),
      keepAliveMs: positive.default(15_000),
    })
    .prefault({}),
  auth: authSchema,
  access: accessSchema,
  quota: quotaSchema,
  environments: environmentsSchema,
  sync: z
    .strictObject({
      /** Between two looks for jobs. */
      pollMs: positive.default(1_000),
      /** Of one answer of the server: a larger page is read one execution at a time. */
      pageBytesMax: positive.default(32 * MIB),
      /** How long a server that does not answer is asked again before the job fails. */
      giveUpMs: positive.default(600_000),
    })
    .prefault({}),
  outgoing: z
    .strictObject({
      /** Networks, addresses and host names that may be reached although they are not public. */
      allowPrivate: z
        .array(z.string().refine(isAddressRule, 'must be a network like 10.0.0.0/8, an address or a host name'))
        .default([]),
      /** Of one request, from looking up the name to the last byte of the answer. */
      timeoutMs: positive.default(60_000),
    })
    .prefault({}),
  clickhouse: z
    .strictObject({
      /** Parallel sessions of the embedded engine. */
      sessions: positive.max(64).default(8),
      queriesMax: positive.default(64),
      bodyBytesMax: positive.default(512 * MIB),
      queryMemoryBytesMax: positive.default(2048 * MIB),
      queryTimeoutSeconds: positive.default(120),
    })
    .prefault({}),
})

export interface ConfigurationKey {
  /** Dotted, e.g. `spool.bytesMax`; `<id>` stands for a name of the operator's. */
  key: string
  /** `none` where there is none. */
  default: unknown
}

/** Every key of the YAML file with its default, from the schema itself: what docs/configuration.md must list. */
export function configurationKeys(): ConfigurationKey[] {
  const walk = ({ properties, additionalProperties, ...node }: SchemaNode, path: string[]): ConfigurationKey[] => {
    if (properties) return Object.entries(properties).flatMap(([name, child]) => walk(child, [...path, name]))
    if (typeof additionalProperties === 'object') return walk(additionalProperties, [...path, '<id>'])
    return [{ key: path.join('.'), default: node.default === undefined ? 'none' : node.default }]
  }
  return walk(z.toJSONSchema(fileSchema, { io: 'input' }) as SchemaNode, [])
}

interface SchemaNode {
  properties?: Record<string, SchemaNode>
  additionalProperties?: SchemaNode | boolean
  default?: unknown
}

export type FileSettings = z.infer<typeof fileSchema>

/** Everything a process may need to know; made once, in `main.ts`. */
export interface Settings extends Omit<FileSettings, 'environments'> {
  /** By their names. */
  environments: Readonly<Record<string, EnvironmentSettings>>
  /** OTLP/gRPC, `RUNLENS_OTLP_GRPC`, default 127.0.0.1:4317. */
  otlpGrpc: Address
  /** OTLP/HTTP, `RUNLENS_OTLP_HTTP`, default 127.0.0.1:4318. */
  otlpHttp: Address
  /** API and web, `RUNLENS_API`, default 127.0.0.1:8080. */
  apiAddress: Address
  /** The worker's own pages (health, metrics), `RUNLENS_WORKER`, default 127.0.0.1 with any free port. */
  workerAddress: Address
  /** Embedded ClickHouse, `RUNLENS_CLICKHOUSE`, default 127.0.0.1:8123. */
  clickhouseAddress: Address
  /** Whether the API may listen beyond loopback although it asks nobody who they are; `RUNLENS_INSECURE`, default false. */
  insecure: boolean
  /** Absolute; `RUNLENS_DATA_DIR`, default ./data. */
  dataDir: string
  /** `RUNLENS_CLICKHOUSE_URL`; undefined means the embedded engine. */
  clickhouseUrl: string | undefined
  /** What the variables hold that the file names in its `…_env` keys. */
  secrets: Readonly<Record<string, string>>
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Every environment variable that is a setting. */
export const ENVIRONMENT_VARIABLES = [
  'RUNLENS_OTLP_GRPC',
  'RUNLENS_OTLP_HTTP',
  'RUNLENS_API',
  'RUNLENS_WORKER',
  'RUNLENS_CLICKHOUSE',
  'RUNLENS_INSECURE',
  'RUNLENS_DATA_DIR',
  'RUNLENS_CLICKHOUSE_URL',
  'RUNLENS_CONFIG',
  'RUNLENS_LOG_LEVEL',
] as const

/**
 * Reads and checks all settings.
 * @throws RunlensError `config_invalid` with every fault, one a line, each with its key
 */
export function loadSettings(environment: Environment): Settings {
  const faults: string[] = []
  const file = readFile(environment.RUNLENS_CONFIG, environment.RUNLENS_LOG_LEVEL, faults)
  const keyVariables = Object.values(file?.environments ?? {}).map(({ n8n }) => n8n?.api_key_env)
  const secrets = readSecrets(environment, file, faults)
  for (const name of Object.keys(environment)) {
    if (keyVariables.includes(name)) continue
    const isKnown = (ENVIRONMENT_VARIABLES as readonly string[]).includes(name) || name in secrets
    if (name.startsWith('RUNLENS_') && !isKnown) {
      faults.push(`${name}: not a setting; known are ${ENVIRONMENT_VARIABLES.join(', ')}`)
    }
  }
  const address = (name: string, fallback: string): Address => {
    try {
      return parseAddress(environment[name] || fallback, name)
    } catch (error) {
      faults.push((error as Error).message)
      return { host: '127.0.0.1', port: 0 }
    }
  }
  const settings = {
    otlpGrpc: address('RUNLENS_OTLP_GRPC', '127.0.0.1:4317'),
    otlpHttp: address('RUNLENS_OTLP_HTTP', '127.0.0.1:4318'),
    apiAddress: address('RUNLENS_API', '127.0.0.1:8080'),
    workerAddress: address('RUNLENS_WORKER', '127.0.0.1:0'),
    clickhouseAddress: address('RUNLENS_CLICKHOUSE', '127.0.0.1:8123'),
    insecure: yesOrNo('RUNLENS_INSECURE', environment.RUNLENS_INSECURE, faults),
    dataDir: resolve(environment.RUNLENS_DATA_DIR || './data'),
    clickhouseUrl: clickhouseUrl(environment.RUNLENS_CLICKHOUSE_URL, faults),
    secrets,
  }
  faults.push(...sharedAddresses(settings))
  if (faults.length > 0 || file === undefined) {
    throw new RunlensError(
      'config_invalid',
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
      'Mend the settings named above; docs/configuration.md lists every key.',
    )
  }
  return { ...file, ...settings, environments: environmentsOf(file.environments, environment) }
}

/** Shorter ones can be guessed. */
const SECRET_CHARACTERS_MIN = 32

function readSecrets(
  environment: Environment,
  file: FileSettings | undefined,
  faults: string[],
): Record<string, string> {
  const secrets: Record<string, string> = Object.create(null)
  for (const [key, name] of file ? secretVariables(file.auth) : []) {
    const value = environment[name] ?? ''
    if (value.length >= SECRET_CHARACTERS_MIN) secrets[name] = value
    else faults.push(`${key}: ${name} must be set and hold at least ${SECRET_CHARACTERS_MIN} characters`)
  }
  if (!file) return secrets
  faults.push(...encryptionFaults(file.encryption, environment))
  for (const { secret_env } of file.encryption.keys) secrets[secret_env] = environment[secret_env] ?? ''
  return secrets
}

function readFile(path: string | undefined, logLevel: string | undefined, faults: string[]): FileSettings | undefined {
  let content: unknown = {}
  if (path) {
    try {
      content = parse(readFileSync(path, 'utf8')) ?? {}
    } catch (error) {
      faults.push(`RUNLENS_CONFIG: cannot read ${path}: ${(error as Error).message}`)
      return undefined
    }
  }
  if (logLevel && typeof content === 'object' && content !== null) content = { ...content, log: { level: logLevel } }
  const parsed = fileSchema.safeParse(content)
  if (parsed.success) {
    parsed.data.mapping.profiles = parsed.data.mapping.profiles.map((one) => resolve(dirname(path ?? '.'), one))
    return parsed.data
  }
  for (const issue of parsed.error.issues) {
    const key = issue.path.join('.') || path || 'RUNLENS_CONFIG'
    faults.push(`${key === 'log.level' && logLevel ? 'RUNLENS_LOG_LEVEL' : key}: ${issue.message}`)
  }
  return undefined
}

/** Two listeners can't share an address; told here, because the second one would blame another program. */
function sharedAddresses(settings: Omit<Settings, keyof FileSettings>): string[] {
  const listeners: [string, Address][] = [
    ['RUNLENS_OTLP_GRPC', settings.otlpGrpc],
    ['RUNLENS_OTLP_HTTP', settings.otlpHttp],
    ['RUNLENS_API', settings.apiAddress],
    ['RUNLENS_WORKER', settings.workerAddress],
  ]
  if (!settings.clickhouseUrl) listeners.push(['RUNLENS_CLICKHOUSE', settings.clickhouseAddress])
  const taken = new Map<string, string>()
  return listeners.flatMap(([name, address]) => {
    const text = formatAddress(address)
    const other = taken.get(text)
    taken.set(text, name)
    return other && address.port !== 0 ? [`${name}: is ${text}, which ${other} has already`] : []
  })
}

function yesOrNo(name: string, text: string | undefined, faults: string[]): boolean {
  if (text && text !== 'true' && text !== 'false') faults.push(`${name}: must be true or false`)
  return text === 'true'
}

function clickhouseUrl(text: string | undefined, faults: string[]): string | undefined {
  if (!text) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return text
  faults.push('RUNLENS_CLICKHOUSE_URL: must look like http://user:password@host:8123/database')
  return undefined
}
