/** The flags that stand for settings: each one overrides its environment variable. */

import type { Environment } from '@runlens/runtime'
import type { Command } from 'commander'

const SETTING_FLAGS = {
  dataDir: ['--data-dir <path>', 'RUNLENS_DATA_DIR', 'where everything is kept (default ./data)'],
  otlpGrpc: ['--otlp-grpc <host:port>', 'RUNLENS_OTLP_GRPC', 'OTLP over gRPC (default 127.0.0.1:4317)'],
  otlpHttp: ['--otlp-http <host:port>', 'RUNLENS_OTLP_HTTP', 'OTLP over HTTP (default 127.0.0.1:4318)'],
  api: ['--api <host:port>', 'RUNLENS_API', 'API (default 127.0.0.1:8080)'],
  worker: ['--worker <host:port>', 'RUNLENS_WORKER', "the worker's health and metrics (default 127.0.0.1, any port)"],
  clickhouse: ['--clickhouse <host:port>', 'RUNLENS_CLICKHOUSE', 'embedded ClickHouse (default 127.0.0.1:8123)'],
  insecure: ['--insecure', 'RUNLENS_INSECURE', 'let the API listen beyond this machine, without authentication'],
  clickhouseUrl: [
    '--clickhouse-url <url>',
    'RUNLENS_CLICKHOUSE_URL',
    'use this ClickHouse: http://user:password@host:8123/db',
  ],
  config: ['--config <file>', 'RUNLENS_CONFIG', 'YAML file for everything else (docs/configuration.md)'],
  logLevel: ['--log-level <level>', 'RUNLENS_LOG_LEVEL', 'trace, debug, info, warn, error (default info)'],
} as const
export type SettingFlag = keyof typeof SETTING_FLAGS

/** Adds the flags to a command. */
export function addSettingFlags(command: Command, names: readonly SettingFlag[]): Command {
  for (const name of names) {
    const [flag, variable, text] = SETTING_FLAGS[name]
    command.option(flag, `${text}; else $${variable}`)
  }
  return command
}

/** All of them. */
export const ALL_SETTING_FLAGS = Object.keys(SETTING_FLAGS) as SettingFlag[]

/** The environment with the given flags laid over it. */
export function withSettingFlags(environment: Environment, options: Readonly<Record<string, unknown>>): Environment {
  const merged: Record<string, string | undefined> = { ...environment }
  for (const [name, [, variable]] of Object.entries(SETTING_FLAGS)) {
    const value = options[name]
    if (typeof value === 'string') merged[variable] = value
    if (value === true) merged[variable] = 'true'
  }
  return merged
}
