/** Which processes make up the stack, and with what each is started. Pure. */
import { join } from 'node:path'
import { type Address, type Environment, formatAddress, packageAsset, type Settings } from '@runlens/runtime'

/** In the order of starting. */
export const STACK_COMPONENTS = ['clickhouse', 'collector', 'worker', 'query-api'] as const
export type StackComponent = (typeof STACK_COMPONENTS)[number]

/**
 * The order of stopping that loses nothing: no more questions, then no more spans (the collector drains into ClickHouse),
 * then the worker, ClickHouse when nobody needs it any more.
 */
export const STOP_ORDER: readonly StackComponent[] = ['query-api', 'collector', 'worker', 'clickhouse']

const SCRIPTS: Readonly<Record<StackComponent, string>> = {
  clickhouse: 'clickhouse/dist/embedded/main.js',
  collector: 'collector/dist/main.js',
  worker: 'worker/dist/main.js',
  'query-api': 'query-api/dist/main.js',
}

/** Addresses with their real ports. */
export interface StackAddresses {
  otlpGrpc: Address
  otlpHttp: Address
  api: Address
  worker: Address
  /** Undefined with a ClickHouse of one's own. */
  clickhouse: Address | undefined
}

export interface ProcessPlan {
  component: StackComponent
  /** Absolute path of the script that Node runs. */
  script: string
  environment: Environment
}

/** The root of the installation: where the packages lie side by side. */
export function installationRoot(): string {
  return packageAsset(import.meta.url, '..')
}

/**
 * The processes to run, in the order of starting.
 * @param clickhouseUrl with credentials; of the embedded engine or of one's own
 */
export function planProcesses(
  settings: Settings,
  environment: Environment,
  addresses: StackAddresses,
  clickhouseUrl: string,
): ProcessPlan[] {
  const shared = {
    ...environment,
    RUNLENS_DATA_DIR: settings.dataDir,
    RUNLENS_OTLP_GRPC: formatAddress(addresses.otlpGrpc),
    RUNLENS_OTLP_HTTP: formatAddress(addresses.otlpHttp),
    RUNLENS_API: formatAddress(addresses.api),
    RUNLENS_WORKER: formatAddress(addresses.worker),
    RUNLENS_CLICKHOUSE_URL: clickhouseUrl,
  }
  const embedded = addresses.clickhouse && {
    ...shared,
    RUNLENS_CLICKHOUSE: formatAddress(addresses.clickhouse),
    RUNLENS_CLICKHOUSE_URL: undefined,
    // Every running query of the engine holds one thread of libuv's pool, whose size is read once at start.
    UV_THREADPOOL_SIZE: String(settings.clickhouse.sessions + 16),
  }
  const root = installationRoot()
  return STACK_COMPONENTS.filter((component) => component !== 'clickhouse' || embedded).map((component) => ({
    component,
    script: join(root, SCRIPTS[component]),
    environment: component === 'clickhouse' ? { ...embedded } : shared,
  }))
}
