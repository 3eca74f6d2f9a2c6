/** The official ClickHouse client as every process of the stack uses it. */
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { useLocalFiles } from './local-files.ts'

export type { ClickHouseClient } from '@clickhouse/client'

export interface ClickHouseOptions {
  /** `http://user:password@host:8123/database`. */
  url: string
  /** Where the embedded server may lie: then large statements go by files (`local-files.ts`). */
  dataDir?: string
  /** Who asks, in ClickHouse's query log and the User-Agent. */
  application: string
  /** A request that has no answer by then fails in the client and is stopped in the server; default 130 000. */
  queryTimeoutMs?: number
  /** Sockets kept open at most; requests beyond them wait; default 16. */
  connectionsMax?: number
}

/** A client whose answers keep 64-bit integers exact (as strings). Close it with `close()`. */
export function createClickHouse(options: ClickHouseOptions): ClickHouseClient {
  const client = createClient({
    url: options.url,
    application: options.application,
    request_timeout: options.queryTimeoutMs ?? 130_000,
    max_open_connections: options.connectionsMax ?? 16,
    // Long lists (ids of traces) would not fit a URL.
    use_multipart_params_auto: true,
    keep_alive: { enabled: true, idle_socket_ttl: 2_500 },
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 1,
      // Times go in and out as UTC, whatever the server's zone.
      session_timezone: 'UTC',
      cancel_http_readonly_queries_on_client_close: 1,
      // Replacing rows within an inserted block is a merge of its own, which cost more than half of an insert of spans
      // (14 µs a span instead of 5). Merges and FINAL do it anyway.
      optimize_on_insert: 0,
    },
  })
  if (options.dataDir !== undefined) useLocalFiles(client, options.url, options.dataDir)
  return client
}
