/** `runlens up` as a person meets it: what it prints, how it ends, what it leaves behind. Needs `npm run build`. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Component, type Stack, spawnUp, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, nativeRun } from '../kit/traces.ts'

const COMPONENTS: readonly Component[] = ['clickhouse', 'collector', 'worker', 'query-api']

let dataDir: string
let servers: Server[]
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'runlens-up-'))
  servers = []
})
afterEach(async () => {
  for (const server of servers) server.close()
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

function ended(child: ChildProcess): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}

const up = (env: Record<string, string> = {}, args?: readonly string[]): Promise<Ended> =>
  ended(spawnUp(dataDir, env, args))

function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.startsWith('Z') ?? true
  } catch {
    return true
  }
}

async function takePort(): Promise<number> {
  const server = createServer()
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

describe('a start that cannot succeed', () => {
  it.each(['RUNLENS_OTLP_GRPC', 'RUNLENS_OTLP_HTTP', 'RUNLENS_API', 'RUNLENS_WORKER', 'RUNLENS_CLICKHOUSE'])(
    'says which port is taken, whose setting %s it is and what to do, and leaves nothing',
    async (setting) => {
      const port = await takePort()
      const { code, stdout, stderr } = await up({ [setting]: `127.0.0.1:${port}` }, [])
      expect(code).toBe(78)
      expect(stderr.match(/^port_in_use: /gm)).toHaveLength(1)
      expect(stderr).toContain(`Port ${port}`)
      expect(stderr).toContain(`${setting}=127.0.0.1:`)
      expect(stderr).toContain('docs/errors.md#port_in_use')
      expect(stdout).toBe('')
      expect(readdirSync(dataDir)).toEqual([])
    },
  )

  it('tells all faults of the configuration at once', async () => {
    const { code, stderr } = await up({ RUNLENS_API: 'nowhere', RUNLENS_DATADIR: '/x', RUNLENS_LOG_LEVEL: 'loud' })
    expect(code).toBe(78)
    expect(stderr).toContain('config_invalid: The configuration has 3 faults')
    for (const name of ['RUNLENS_API', 'RUNLENS_DATADIR', 'RUNLENS_LOG_LEVEL']) expect(stderr).toContain(`  - ${name}`)
    expect(readdirSync(dataDir)).toEqual([])
  })

  it('says that a ClickHouse of one’s own does not answer, without its password', async () => {
    // A port that nobody listens on, and none that another process is given meanwhile.
    const { code, stdout, stderr } = await up({ RUNLENS_CLICKHOUSE_URL: 'http://me:s3cret@127.0.0.1:1/runlens' }, [])
    expect(code).toBe(78)
    expect(stderr).toContain('clickhouse_unreachable: ClickHouse does not answer at http://127.0.0.1:1')
    expect(stdout).toMatch(/^\S+ cli {8}waiting for ClickHouse/)
    expect(stdout + stderr).not.toContain('s3cret')
    expect(readdirSync(dataDir)).toEqual([])
  })

  it('says once that the engine’s library is missing, and leaves nothing running', async () => {
    // A hook in the place of an installation without the optional library.
    const hook = join(dataDir, 'without-chdb.cjs')
    writeFileSync(
      hook,
      `const Module = require('node:module')
       const resolve = Module._resolveFilename
       Module._resolveFilename = function (request, ...rest) {
         if (request === 'chdb' || request.startsWith('@chdb/')) throw Object.assign(new Error('Cannot find module ' + request), { code: 'MODULE_NOT_FOUND' })
         return resolve.call(this, request, ...rest)
       }
       require('node:fs').writeFileSync(${JSON.stringify(dataDir)} + '/pid.' + process.pid, '')`,
    )
    const { code, stdout, stderr } = await up({ NODE_OPTIONS: `--require=${hook}` }, [])
    expect(code).toBe(78)
    expect((stdout + stderr).match(/chdb_missing/g)?.length).toBe(2)
    expect(stderr).toMatch(/^chdb_missing: .*\n.*\n\s+\(docs\/errors.md#chdb_missing\)/m)
    expect(stdout).not.toContain('started again')
    const started = readdirSync(dataDir).flatMap((name) => (name.startsWith('pid.') ? [Number(name.slice(4))] : []))
    expect(started.length).toBeGreaterThan(1)
    expect(started.filter((pid) => !isGone(pid))).toEqual([])
  })
})

/** One after another on the same directory: a start costs much more than what it shows. */
describe('a running stack', () => {
  let stack: Stack
  let running: string
  beforeAll(async () => {
    running = mkdtempSync(join(tmpdir(), 'runlens-up-'))
    stack = await startStack({ dataDir: running })
  })
  afterAll(async () => {
    await stack?.stop()
    rmSync(running, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })
  const pids = () => COMPONENTS.map((component) => stack.pidOf(component)!)
  const send = async (name: string) => {
    const sent = await fetch(`${stack.urls.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(exportRequest(nativeRun(name, Date.now() - 1_000, 2).spans)),
    })
    return sent.status
  }

  it('printed one ready line and the addresses, and takes a span', async () => {
    const ready = stack
      .logs()
      .split('\n')
      .filter((line) => line.includes('Runlens is ready'))
    expect(ready).toHaveLength(1)
    for (const url of [`${stack.urls.api}/readyz`, `${stack.urls.otlpHttp}/readyz`, `${stack.urls.api}/openapi.json`]) {
      expect((await fetch(url)).status, url).toBe(200)
    }
    expect(await send('up-1')).toBe(200)
  })

  it('does not let a second one on its data directory, and is not disturbed by it', async () => {
    const { code, stderr } = await ended(spawnUp(running, {}))
    expect(code).toBe(78)
    expect(stderr).toContain(
      `data_dir_in_use: Another Runlens (process ${stack.pid}) uses the data directory ${running}`,
    )
    expect((await fetch(`${stack.urls.api}/readyz`)).status).toBe(200)
    expect(existsSync(join(running, 'runlens.lock.1'))).toBe(true)
  })

  it('starts each of its processes again when it is killed, on the same port, and says so', async () => {
    for (const component of COMPONENTS) {
      const pid = stack.pidOf(component)
      stack.kill(component)
      await eventually(async () => {
        expect(stack.pidOf(component)).not.toBe(pid)
        expect(stack.logs()).toContain(`${component} is back`)
        expect((await fetch(`${stack.urls.api}/readyz`)).status).toBe(200)
        expect((await fetch(`${stack.urls.otlpHttp}/readyz`)).status).toBe(200)
        expect(await stack.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
      }, 60_000)
      expect(stack.logs()).toContain(`${component} ended unexpectedly (signal SIGKILL); it is started again in 0.2 s`)
    }
  })

  it('takes its processes with it when it is killed, and the next one starts on the same ports', async () => {
    const { urls, fixedAddresses } = stack
    const killed = pids()
    stack.kill()
    stack = await startStack({ dataDir: running, env: fixedAddresses })
    expect(killed.filter((pid) => !isGone(pid))).toEqual([])
    expect(stack.urls).toEqual(urls)
  })

  it('ends with 0 in the order that loses nothing, and leaves nothing', async () => {
    expect(await send('up-2')).toBe(200)
    const last = pids()
    expect(await stack.stop()).toBe(0)
    const stopped = stack
      .logs()
      .split('\n')
      .flatMap((line) =>
        line.includes('"msg":"stopped"') ? [(JSON.parse(line) as { component: string }).component] : [],
      )
    expect(stopped).toEqual(['query-api', 'collector', 'worker', 'clickhouse', 'cli'])
    expect(last.filter((pid) => !isGone(pid))).toEqual([])
    for (const left of ['runlens.lock.1', 'runlens.lock.2', 'runlens.json']) {
      expect(existsSync(join(running, left))).toBe(false)
    }
  })
})

it('prints what a person needs, without --json-logs', async () => {
  const child = spawnUp(dataDir, {}, [])
  const end = ended(child)
  await new Promise<void>((resolve) => {
    let seen = ''
    child.stdout?.on('data', (chunk) => {
      seen += chunk
      if (seen.includes('Ctrl-C')) resolve()
    })
    child.once('exit', () => resolve())
  })
  child.kill('SIGINT')
  const { code, stdout, stderr } = await end
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout.match(/^Runlens is ready$/gm)).toHaveLength(1)
  for (const name of ['Web UI', 'OTLP/gRPC', 'OTLP/HTTP', 'API', 'API docs', 'ClickHouse', 'Data']) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
  }
  expect(stdout).not.toContain('\u001b')
  expect(stdout).not.toContain('"level"')
})
