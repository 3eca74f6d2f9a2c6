/** Which ClickHouse this build needs. */
import type { ClickHouseClient } from '@clickhouse/client'
import { RunlensError } from '@runlens/runtime'

/** Statements name settings that older servers don't know. The embedded engine is of this version. */
const VERSION_MIN = [26, 7] as const
export const CLICKHOUSE_VERSION_MIN = VERSION_MIN.join('.')

/** @throws RunlensError `clickhouse_too_old` */
export async function requireVersion(client: ClickHouseClient): Promise<void> {
  const result = await client.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' })
  const [row] = await result.json<{ version: string }>()
  const { version = '' } = row ?? {}
  if (isNewEnough(version)) return
  throw new RunlensError(
    'clickhouse_too_old',
    `The ClickHouse server is ${version}, this build needs ${CLICKHOUSE_VERSION_MIN} or newer`,
    'Upgrade the server, or unset RUNLENS_CLICKHOUSE_URL to use the embedded one.',
  )
}

/** Of a version that can't be read nothing is known: such a server is taken as it is. */
export function isNewEnough(version: string): boolean {
  const told = /^(\d+)\.(\d+)/.exec(version)
  if (!told) return true
  const [major, minor] = VERSION_MIN
  return Number(told[1]) > major || (Number(told[1]) === major && Number(told[2]) >= minor)
}
