/**
 * A server with the public API of n8n, for tests: hand-written after n8n's documented shapes and its source (packages/cli/src/public-api/v1: descending ids, a
 * cursor of last id and limit that wins over the parameter, running executions left out, unknown parameters refused), not recorded from one.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StubExecution {
  id: number
  status: string
  /** Milliseconds since the epoch. */
  startedAt: number
  stoppedAt: number
  workflowId?: string
  mode?: string
  retryOf?: string | null
  /** Node runs by name; absent: one run of each node of {@link STUB_NODES}. */
  runData?: Record<string, unknown>
  error?: Record<string, unknown>
  parentExecution?: { executionId: string; workflowId: string }
  /** Laid over the row: for shapes that are not as documented. */
  row?: Record<string, unknown>
}

export interface StubRequest {
  path: string
  query: URLSearchParams
  withData: boolean
  /** Of a list: everything below this id; undefined for the first page. */
  lastId: number | undefined
}

/** What a test makes of a request; undefined: it is answered. */
export type Intervene = (
  request: StubRequest,
  response: ServerResponse,
) => boolean | undefined | Promise<boolean | undefined>

export interface N8nServer {
  url: string
  /** In the order in which they came. */
  requests: StubRequest[]
  /** Begin anew with an empty list, and without interference. */
  reset(executions: Executions, intervene?: Intervene): void
  stop(): Promise<void>
}

/** Executions by id: a list, or how to make one of the ids from 1 to `count`. */
export type Executions = StubExecution[] | { count: number; make: (id: number) => StubExecution }

export const STUB_KEY = 'stub-key'
export const STUB_NODES = ['Webhook', 'Fetch', 'Store'] as const
const LIMIT_MAX = 250
const KNOWN_PARAMETERS = ['includeData', 'status', 'workflowId', 'projectId', 'limit', 'cursor']

/** Milliseconds since the epoch that made executions begin after. */
export const STUB_EPOCH = Date.now() - 3_600_000
/** Every tenth fails in its second node; each lasts 300 ms. */
export const makeExecution = (id: number): StubExecution => {
  const startedAt = STUB_EPOCH - 60_000 + id * 10
  const base = { id, startedAt, stoppedAt: startedAt + 300, workflowId: id % 2 === 0 ? 'wfA' : 'wfB' }
  if (id % 10 !== 0) return { ...base, status: 'success' }
  const error = { name: 'NodeApiError', message: `no answer for ${id}`, stack: 'NodeApiError: no answer' }
  const runData = {
    Webhook: [stubRun(startedAt, 100, 1)],
    Fetch: [stubRun(startedAt + 100, 200, 0, { error, source: [{ previousNode: 'Webhook' }] })],
  }
  return { ...base, status: 'error', error, runData }
}

/** One run of a node, as n8n stores it. */
export function stubRun(startTime: number, executionTime: number, items: number, more: Record<string, unknown> = {}) {
  const main = [Array.from({ length: items }, (_, n) => ({ json: { n }, pairedItem: { item: 0 } }))]
  return {
    startTime,
    executionTime,
    executionStatus: 'success',
    executionIndex: 0,
    hints: [],
    source: [],
    data: { main },
    ...more,
  }
}

export async function startN8nServer(): Promise<N8nServer> {
  let executions: Executions = []
  let intervene: Intervene = () => undefined
  const requests: StubRequest[] = []
  const server = createServer((request, response) => {
    void answer(request, response)
  })
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://stub')
    const seen = requestOf(url)
    requests.push(seen)
    if (await intervene(seen, response)) return
    if (request.headers['x-n8n-api-key'] !== STUB_KEY) return send(response, 401, { message: 'unauthorized' })
    const unknown = [...url.searchParams.keys()].find((name) => !KNOWN_PARAMETERS.includes(name))
    if (unknown) return send(response, 400, { message: `Unknown query parameter '${unknown}'` })
    if (url.pathname === '/api/v1/executions') return send(response, 200, listOf(executions, seen))
    if (url.pathname === '/api/v1/workflows') return send(response, 200, { data: WORKFLOWS, nextCursor: null })
    const id = /^\/api\/v1\/executions\/(\d+)$/.exec(url.pathname)?.[1]
    const found = id === undefined ? undefined : byId(executions, Number(id))
    send(response, found ? 200 : 404, found ? rowOf(found, seen.withData) : { message: 'Not Found' })
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    reset: (given, interference = () => undefined) => {
      executions = given
      intervene = interference
      requests.length = 0
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

const WORKFLOWS = [
  { id: 'wfA', name: 'Flow A', active: true, nodes: [], connections: {}, createdAt: '2026-01-01T00:00:00.000Z' },
  { id: 'wfB', name: 'Flow B', active: true, nodes: [], connections: {}, createdAt: '2026-01-01T00:00:00.000Z' },
]

function requestOf(url: URL): StubRequest {
  const cursor = url.searchParams.get('cursor')
  const lastId = cursor === null ? undefined : decode(cursor).lastId
  const withData = url.searchParams.get('includeData') === 'true'
  return {
    path: url.pathname,
    query: url.searchParams,
    withData,
    lastId: lastId === undefined ? undefined : Number(lastId),
  }
}

function listOf(executions: Executions, { query, withData, lastId }: StubRequest) {
  const cursor = query.get('cursor')
  const given = cursor === null ? Number(query.get('limit') ?? 100) : (decode(cursor).limit ?? LIMIT_MAX)
  const limit = Math.min(given, LIMIT_MAX)
  const page = below(executions, lastId ?? Number.POSITIVE_INFINITY, limit + 1)
  const data = page.slice(0, limit)
  const more = page.length > limit
  return {
    data: data.map((one) => rowOf(one, withData)),
    nextCursor: more
      ? Buffer.from(JSON.stringify({ lastId: String(data.at(-1)!.id), limit })).toString('base64')
      : null,
  }
}

/** A test may have cursors of its own. */
function decode(cursor: string): { lastId?: string; limit?: number } {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64').toString()) as { lastId: string; limit: number }
  } catch {
    return {}
  }
}

/** Running ones are left out. */
function below(executions: Executions, id: number, count: number): StubExecution[] {
  const found: StubExecution[] = []
  if (Array.isArray(executions)) {
    const sorted = executions.filter((one) => one.id < id && one.status !== 'running').sort((a, b) => b.id - a.id)
    return sorted.slice(0, count)
  }
  for (let n = Math.min(executions.count, id - 1); n > 0 && found.length < count; n--) found.push(executions.make(n))
  return found
}

function byId(executions: Executions, id: number): StubExecution | undefined {
  if (Array.isArray(executions)) return executions.find((one) => one.id === id)
  return id >= 1 && id <= executions.count ? executions.make(id) : undefined
}

function rowOf(execution: StubExecution, withData: boolean): Record<string, unknown> {
  const { id, status, startedAt, stoppedAt, workflowId = 'wfA', mode = 'webhook', retryOf = null, row } = execution
  return {
    id: String(id),
    finished: status === 'success',
    mode,
    retryOf,
    retrySuccessId: null,
    status,
    startedAt: new Date(startedAt).toISOString(),
    stoppedAt: new Date(stoppedAt).toISOString(),
    workflowId,
    waitTill: null,
    ...(withData ? dataOf(execution, workflowId) : {}),
    ...row,
  }
}

function dataOf(execution: StubExecution, workflowId: string) {
  const { startedAt, stoppedAt, error, parentExecution } = execution
  const step = (stoppedAt - startedAt) / STUB_NODES.length
  const runs = STUB_NODES.map((name, n) => {
    const source = n === 0 ? [] : [{ previousNode: STUB_NODES[n - 1] }]
    return [name, [stubRun(startedAt + n * step, step, n + 1, { source, executionIndex: n })]]
  })
  const nodes = STUB_NODES.map((name, n) => ({
    id: `node-${n}`,
    name,
    type: 'n8n-nodes-base.code',
    typeVersion: 2,
    position: [0, 0],
    parameters: {},
  }))
  return {
    data: {
      version: 1,
      startData: {},
      resultData: {
        runData: execution.runData ?? Object.fromEntries(runs),
        lastNodeExecuted: 'Store',
        ...(error ? { error } : {}),
      },
      executionData: null,
      ...(parentExecution ? { parentExecution } : {}),
    },
    workflowData: {
      id: workflowId,
      name: `Flow ${workflowId.slice(2)}`,
      active: true,
      nodes,
      connections: {},
      settings: {},
      versionId: 'v-1',
    },
    customData: {},
  }
}
