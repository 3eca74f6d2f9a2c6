/** What a tenant keeps for how long: the settings as data, their defaults, and the SQL that tells which rule an execution falls under. */
import type { ClickHouseClient } from '@clickhouse/client'

/** What an execution must be; what is absent matches all. */
export interface RetentionMatch {
  status?: readonly string[] | undefined
  workflow_id?: string | undefined
  environment?: string | undefined
  kind?: string | undefined
}

export interface RetentionRule {
  match: RetentionMatch
  /** Since something was last heard of the execution. */
  days: number
  /** The same for input, output, attributes, spans and log records; default: as the execution. */
  payload_days?: number | undefined
}

export interface RetentionSettings {
  /** The first that matches counts. */
  rules: readonly RetentionRule[]
  /** Of what no rule matches, and of spans and log records that belong to no execution. */
  default_days: number
  default_payload_days?: number | undefined
  /** So many executions of the tenant, the latest, stay whole whatever the rules say. */
  keep_at_least: number
  /** Of the hourly and minutely figures. */
  rollup_days: number
}

export const RETENTION_DEFAULTS: RetentionSettings = {
  rules: [],
  default_days: 7,
  keep_at_least: 100,
  rollup_days: 400,
}
/** The only row of a tenant in `retention_rules`. */
export const RETENTION_SETTINGS_ID = 'settings'
export const RETENTION_RULES_MAX = 100
export const RETENTION_DAYS_MAX = 3_650
export const DAY_MS = 86_400_000
/** What came late stays for so long at least: it may not be settled yet, and somebody may wait for it. */
export const RETENTION_FRESH_MS = 3_600_000

export function parseRetentionSettings(json: string): RetentionSettings {
  return { ...RETENTION_DEFAULTS, ...(JSON.parse(json) as Partial<RetentionSettings>) }
}

/** The settings of all tenants that have some of their own. */
export async function readRetentionSettings(client: ClickHouseClient): Promise<Map<string, RetentionSettings>> {
  const result = await client.query({
    query: 'SELECT tenant, settings_json FROM retention_rules FINAL WHERE is_deleted = 0',
    format: 'JSONEachRow',
  })
  const rows = await result.json<{ tenant: string; settings_json: string }>()
  return new Map(rows.map(({ tenant, settings_json }) => [tenant, parseRetentionSettings(settings_json)]))
}

/** All rules, with what holds for the rest as the last. */
export function allRules({ rules, default_days, default_payload_days }: RetentionSettings): RetentionRule[] {
  return [...rules, { match: {}, days: default_days, payload_days: default_payload_days }]
}

/** The shortest and the longest time after which an execution, or its payload, may go. */
export function daysRange(settings: RetentionSettings): { min: number; max: number } {
  const rules = allRules(settings)
  return {
    min: Math.min(...rules.map(payloadDays)),
    max: Math.max(...rules.map(({ days }) => days)),
  }
}

export function payloadDays({ days, payload_days = days }: RetentionRule): number {
  return Math.min(days, payload_days)
}

/** Puts a value behind a placeholder. */
export type Bind = (name: string, type: 'String' | 'Int64' | 'Array(String)' | 'Array(UInt32)', value: never) => string

/** Latest time that is told of an execution; of one that tells of the future, when it was settled. */
const HEARD = (now: string) =>
  `toUnixTimestamp64Milli(if(toUnixTimestamp64Milli(last_seen_at) > ${now}, toDateTime64(settled_at, 9), last_seen_at))`

export interface RetentionSql {
  /** Index of the rule in {@link allRules} that counts for an execution. */
  rule: string
  /** Whether the execution is to go. */
  isPast: string
  /** Whether its payload is; also where the whole execution is. */
  isPayloadPast: string
  /** Milliseconds since the epoch. */
  heard: string
}

/** Expressions over `executions`. @param nowMs milliseconds since the epoch */
export function retentionSql(settings: RetentionSettings, nowMs: number, bind: Bind): RetentionSql {
  const value = (name: string, type: Parameters<Bind>[1], of: unknown) => bind(name, type, of as never)
  const rules = allRules(settings)
  const cases = settings.rules.flatMap(({ match }, index) => {
    const name = `rule_${index}`
    const conditions = (['workflow_id', 'environment', 'kind'] as const).flatMap((column) =>
      match[column] === undefined ? [] : [`${column} = ${value(`${name}_${column}`, 'String', match[column])}`],
    )
    if (match.status)
      conditions.push(`has(${value(`${name}_status`, 'Array(String)', match.status)}, toString(status))`)
    return [conditions.length === 0 ? '1' : conditions.join(' AND '), String(index)]
  })
  const rule =
    cases.length === 0 ? 'toUInt32(0)' : `toUInt32(multiIf(${[...cases, String(rules.length - 1)].join(', ')}))`
  const now = value('retention_now', 'Int64', nowMs)
  const heard = HEARD(now)
  const isOlder = (days: string) =>
    `(${heard} < ${now} - toInt64(${days}[${rule} + 1]) * ${DAY_MS} AND toUnixTimestamp64Milli(settled_at) < ${now} - ${RETENTION_FRESH_MS})`
  return {
    rule,
    heard,
    isPast: isOlder(
      value(
        'rule_days',
        'Array(UInt32)',
        rules.map(({ days }) => days),
      ),
    ),
    isPayloadPast: isOlder(value('rule_payload_days', 'Array(UInt32)', rules.map(payloadDays))),
  }
}
