/** An OpenTelemetry Collector with its ClickHouse exporter, as a process to measure beside ours. */
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDoor } from './native-door.ts'
import { end, follow, type Running } from './processes.ts'
import { usageOf } from './usage.ts'

/** Where the exporter puts spans, by its default. */
export const PEER_TABLE = 'otel_traces'

export interface PeerOptions {
  /** Path of a collector with otlpreceiver, batchprocessor and clickhouseexporter. */
  binary: string
  /** For its configuration. */
  directory: string
  /** Of the ClickHouse, with user, password and database. */
  clickhouseUrl: string
}

const START_TIMEOUT_MS = 30_000

/** @throws Error with the output of a collector that can't start */
export async function startPeer({ binary, directory, clickhouseUrl }: PeerOptions): Promise<Running> {
  if (!existsSync(binary)) throw new Error(`${binary} is not there`)
  const port = await freePort()
  const door = await openDoor(new URL(clickhouseUrl).origin)
  const file = join(directory, 'peer.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(configuration(port, new URL(clickhouseUrl), door.origin)))
  const child = spawn(binary, ['--config', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = follow(child)
  for (let waitedMs = 0; !(await answers(port)); waitedMs += 100) {
    if (child.exitCode !== null || waitedMs > START_TIMEOUT_MS)
      throw new Error(`the peer did not start:\n${output.text}`)
    await sleep(100)
  }
  return {
    pid: child.pid!,
    listen: { http: `127.0.0.1:${port}` },
    usage: () => usageOf(child.pid!),
    stop: async () => {
      await end(child)
      door.close()
    },
  }
}

/** Its defaults, but for batches as large as ours and a queue that turns senders away instead of losing spans. */
function configuration(port: number, clickhouse: URL, endpoint: string) {
  return {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    processors: { batch: { send_batch_size: 100_000, send_batch_max_size: 100_000, timeout: '1s' } },
    exporters: {
      clickhouse: {
        endpoint,
        username: decodeURIComponent(clickhouse.username),
        password: decodeURIComponent(clickhouse.password),
        database: clickhouse.pathname.slice(1),
        create_schema: true,
        async_insert: false,
        compress: 'none',
        timeout: '60s',
        sending_queue: { enabled: true, num_consumers: 2, queue_size: 100, block_on_overflow: true },
      },
    },
    service: {
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
      pipelines: { traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['clickhouse'] } },
    },
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`)
    return true
  } catch {
    return false
  }
}

/** The collector does not tell which port it took, so it is given one that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
