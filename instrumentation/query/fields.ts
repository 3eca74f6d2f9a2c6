/** The fields of a tracked query (view A of the API) as attributes of a span. Secrets are removed here, before anything is recorded. */
import type { Attributes } from '@opentelemetry/api'
import { RUNLENS, RUNLENS_QUERY, RUNLENS_QUERY_MAPS } from '@runlens/conventions'
import { isSecretName, REDACTED, redactText } from '../payload/redact.ts'
import { toText } from '../payload/to-text.ts'

/** Of each of the three maps. */
const MEMBERS_MAX = 64
const VALUE_CHARS_MAX = 4_096
const QUERY_CHARS_MAX = 65_536

/** `failed`: the database said no. `error`: something broke. */
export type QueryStatus = 'success' | 'failed' | 'error' | 'timeout' | 'cancelled'

export interface QueryFields {
  query?: string
  /** Any: `postgresql`, `kdb`, `starburst` … */
  databaseType?: string
  /** `simple`, `medium`, `complex` or your own words. */
  queryComplexity?: string
  totalRows?: number
  returnedRows?: number
  /** Counted as your application does. */
  page?: number
  pageSize?: number
  user?: string
  conversation?: string
  /** Host, database, user name …; passwords and the like are removed. */
  connection?: Readonly<Record<string, unknown>>
  request?: Readonly<Record<string, unknown>>
  response?: Readonly<Record<string, unknown>>
}

export function queryAttributes(fields: QueryFields): Attributes {
  const attributes: Attributes = {}
  const set = (key: string, value: string | number | undefined) => {
    if (value !== undefined && value !== null) attributes[key] = value
  }
  set('db.system.name', fields.databaseType)
  set('db.query.text', toText(fields.query, QUERY_CHARS_MAX))
  set('user.id', fields.user)
  set('session.id', fields.conversation)
  set(RUNLENS_QUERY.complexity, fields.queryComplexity)
  set(RUNLENS_QUERY.totalRows, fields.totalRows)
  set('db.response.returned_rows', fields.returnedRows)
  set(RUNLENS_QUERY.page, fields.page)
  set(RUNLENS_QUERY.pageSize, fields.pageSize)
  addMap(attributes, RUNLENS_QUERY_MAPS.connection, fields.connection)
  addMap(attributes, RUNLENS_QUERY_MAPS.request, fields.request)
  addMap(attributes, RUNLENS_QUERY_MAPS.response, fields.response)
  return attributes
}

/** The attribute that says how a span ended: a query is an execution of its own or a step of one. */
export function statusKey(isStep: boolean): string {
  return isStep ? RUNLENS.stepStatus : RUNLENS.executionStatus
}

function addMap(attributes: Attributes, prefix: string, members: Readonly<Record<string, unknown>> | undefined): void {
  let left = MEMBERS_MAX
  for (const name in members) {
    const value = members[name]
    if (value === undefined || value === null) continue
    if (left-- === 0) return
    attributes[prefix + name] = isSecretName(name) ? REDACTED : attributeValue(value)
  }
}

function attributeValue(value: unknown): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'string') return redactText(value.slice(0, VALUE_CHARS_MAX))
  return toText(value, VALUE_CHARS_MAX) ?? ''
}
