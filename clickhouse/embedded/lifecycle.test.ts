/** The process of the embedded server: start, refusals to start, stop, and what a kill leaves. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@clickhouse/client'
import type { ProcessMessage } from '@runlens/runtime'
import { afterEach, describe, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'
import { eventually } from '../../test/kit/traces.ts'

const started: TestClickHouse[] = []
const directories: string[] = []
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop()
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

async function start(options: Parameters<typeof startClickHouse>[0] = {}): Promise<TestClickHouse> {
  const server = await startClickHouse(options)
  started.push(server)
  return server
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runlens-lifecycle-'))
  directories.push(directory)
  return directory
}

async function count(server: TestClickHouse, table: string): Promise<number> {
  const result = await server.client.query({
    query: `SELECT count()::UInt32 AS c FROM ${table}`,
    format: 'JSONEachRow',
  })
  return (await result.json<{ c: number }>())[0]!.c
}

describe('the data directory', () => {
  it('is private, and its password outlives a restart', async () => {
    const server = await start()
    const file = join(server.dataDir, 'clickhouse.password')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(server.dataDir, 'clickhouse')).mode & 0o777).toBe(0o700)
    const password = readFileSync(file, 'utf8')
    expect(password).toMatch(/^[\w-]{32}$/)
    await server.restart()
    expect(readFileSync(file, 'utf8')).toBe(password)
    expect(await server.client.ping({ select: true })).toEqual({ success: true })
  })

  it('serves one process: a second one says who has it and leaves the first alone', async () => {
    const server = await start()
    const second = startClickHouse({ dataDir: server.dataDir })
    await expect(second).rejects.toThrow(new RegExp(`data_dir_in_use: .*in use by process ${server.pid}`))
    expect(await server.client.ping({ select: true })).toEqual({ success: true })
  })

  it('is free again after a kill, and what a killed insert left behind is removed', async () => {
    const server = await start()
    await server.kill()
    expect(existsSync(join(server.dataDir, 'clickhouse', 'status'))).toBe(true)
    writeFileSync(join(server.dataDir, 'clickhouse.bodies', 'left'), 'rows')
    await server.restart()
    expect(readdirSync(join(server.dataDir, 'clickhouse.bodies'))).not.toContain('left')
  })

  it('may not have a path that the engine reads as a pattern', async () => {
    const dataDir = join(temporaryDirectory(), 'data{1}')
    await expect(startClickHouse({ dataDir })).rejects.toThrow(/data_dir_unusable: .*pattern/)
  })

  it('that cannot be made or holds no password is told', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'file'), '')
    await expect(startClickHouse({ dataDir: join(directory, 'file') })).rejects.toThrow(/data_dir_unusable: .*file/)
    writeFileSync(join(directory, 'clickhouse.password'), 'short')
    chmodSync(join(directory, 'clickhouse.password'), 0o600)
    await expect(startClickHouse({ dataDir: directory })).rejects.toThrow(/data_dir_unusable: .*clickhouse\.password/)
  })
})

describe('a start', () => {
  it('refuses a taken port and says whose setting it is', async () => {
    const server = await start()
    const port = Number(new URL(server.url).port)
    const dataDir = temporaryDirectory()
    await expect(startClickHouse({ dataDir, port })).rejects.toThrow(/port_in_use: .*RUNLENS_CLICKHOUSE/)
  })

  it('gives itself threads enough when its environment does not', async () => {
    const main = fileURLToPath(new URL('../dist/embedded/main.js', import.meta.url))
    const { UV_THREADPOOL_SIZE: _, ...environment } = process.env
    const child: ChildProcess = fork(main, [], {
      env: { ...environment, RUNLENS_DATA_DIR: temporaryDirectory(), RUNLENS_CLICKHOUSE: '127.0.0.1:0' },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const [message] = (await once(child, 'message')) as [ProcessMessage]
    expect(message.type).toBe('ready')
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')
    const threads = children.map(
      (pid) => /UV_THREADPOOL_SIZE=(\d+)/.exec(readFileSync(`/proc/${pid}/environ`, 'latin1'))?.[1],
    )
    expect(threads).toEqual(['17'])
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

describe('an end', () => {
  it('by SIGTERM lets a running query finish and exits with 0', async () => {
    const server = await startClickHouse()
    const running = server.client
      .query({ query: 'SELECT sleep(1.5) AS s', format: 'JSONEachRow' })
      .then((r) => r.json())
    const isOver = running.then(() => true)
    // Begun, or over already where this process was slow to look.
    await eventually(async () => {
      const metrics = await (await fetch(`${new URL(server.url).origin}/metrics`)).text()
      const isRunning = /^runlens_clickhouse_queries_running 1$/m.test(metrics)
      expect(isRunning || (await Promise.race([isOver, false]))).toBe(true)
    })
    process.kill(server.pid, 'SIGTERM')
    expect(await running).toEqual([{ s: 0 }])
    expect(await server.stop()).toBe(0)
  })

  it('by SIGTERM does not wait for ever for a client that reads nothing', async () => {
    const server = await startClickHouse()
    const client = createClient({ url: server.url })
    const { stream } = await client.exec({ query: 'SELECT number FROM numbers(1000000000000) FORMAT RowBinary' })
    const broken = once(stream, 'error')
    stream.pause()
    process.kill(server.pid, 'SIGTERM')
    expect(await server.stop()).toBe(0)
    stream.resume()
    await broken
    await client.close()
  })

  it('by kill -9 loses no row that was acknowledged', async () => {
    const server = await start()
    await server.client.command({ query: 'CREATE TABLE acknowledged (n UInt32) ENGINE = MergeTree ORDER BY n' })
    let acknowledged = 0
    for (let round = 0; round < 3; round++) {
      let killed = false
      const inserting = Array.from({ length: 4 }, async () => {
        while (!killed) {
          const values = Array.from({ length: 100 }, (_, n) => ({ n }))
          await server.client.insert({ table: 'acknowledged', values, format: 'JSONEachRow' }).then(
            () => {
              acknowledged += 100
            },
            () => undefined,
          )
        }
      })
      const before = acknowledged
      await eventually(async () => expect(acknowledged).toBeGreaterThan(before + 500))
      await server.kill()
      killed = true
      await Promise.all(inserting)
      await server.restart()
      const stored = await count(server, 'acknowledged')
      expect(stored).toBeGreaterThanOrEqual(acknowledged)
      // Rows of requests that were cut off may be there too: then they count as acknowledged from now on.
      acknowledged = stored
    }
  })
})

describe('a machine without the engine', () => {
  it('is told its platform, the platforms that work, and the way out', () => {
    const script = `
      import { loadChdb } from ${JSON.stringify(new URL('../dist/embedded/chdb.js', import.meta.url).href)}
      try { loadChdb(() => { throw new Error('no native binding') }) } catch (error) {
        console.log(JSON.stringify({ code: error.code, text: error.message + ' ' + error.hint }))
      }`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    const { code, text } = JSON.parse(stdout)
    expect(code).toBe('chdb_missing')
    for (const part of [`${process.platform}-${process.arch}`, 'darwin-arm64', 'linux-x64', 'RUNLENS_CLICKHOUSE_URL']) {
      expect(text).toContain(part)
    }
  })
})
