/**
 * Every route of the API, asked by everybody about everything: who may ask is what ROUTE_POLICIES says, and no answer holds a byte of
 * what the asker may not see. Routes are taken from the router, so a new one is asked as soon as it is there. Needs `npm run build`.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { allows, ROUTE_POLICIES } from '../../query-api/access/roles.ts'
import { ROUTES } from '../../query-api/routes/index.ts'
import { methodOf } from '../../query-api/routes/order.ts'
import type { Route } from '../../query-api/routes/route.ts'
import type { ApiAnswer } from '../kit/api.ts'
import { effort } from '../kit/effort.ts'
import { openSse } from '../kit/sse.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, idOf, type OtlpSpan, text } from '../kit/traces.ts'
import { canary, headersOf, keysOfPeople, OWNERS, type Owner, PEOPLE, type Person } from './people.ts'
import { missingSample, type Request, requestsOf, SAMPLES } from './samples.ts'
import { logsOf, rowOf, spansInside, spansOf, tracesExport } from './telemetry.ts'

const CLI = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url))
const personOf = (name: string) => PEOPLE.find((one) => one.name === name)!
/** Those who take something away come last. */
const ROUTES_IN_ORDER = ROUTES.toSorted((a, b) => Number(methodOf(a) === 'delete') - Number(methodOf(b) === 'delete'))

let stack: Stack
let directory: string

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-access-'))
  const config = join(directory, 'runlens.yaml')
  const settings = { auth: { keys: keysOfPeople() }, quota: { requestsPerMinuteMax: 1_000_000 }, api: { cacheMs: 0 } }
  writeFileSync(config, JSON.stringify(settings))
  stack = await startStack({ env: { RUNLENS_CONFIG: config } })
  await sendAll(Date.now() - 60_000)
})
afterAll(async () => {
  await stack?.stop()
  rmSync(directory, { recursive: true, force: true })
})

/** What each owner's programs send, with the key of their tenant; the same run in both tenants; and rows that were there before. */
async function sendAll(startMs: number): Promise<void> {
  for (const owner of OWNERS) {
    const spans = spansOf(owner, startMs)
    await send(owner, '/v1/traces', tracesExport(owner, spans))
    await send(owner, '/v1/logs', logsOf(owner, spans, startMs + 15))
  }
  const inside = spansInside('bob', 'ann', startMs)
  await send('bob', '/v1/traces', tracesExport('bob', inside))
  await send('bob', '/v1/logs', logsOf('bob', inside, startMs + 35))
  await sendTwins(startMs)
  const at = new Date(startMs).toISOString().slice(0, 23).replace('T', ' ')
  const old = new Date(startMs - 3 * 86_400_000).toISOString().slice(0, 23).replace('T', ' ')
  const rows = OWNERS.flatMap((owner) => [
    rowOf(owner, at),
    { ...rowOf(owner, old), execution_id: canary(owner, 'old') },
  ])
  await stack.query(`INSERT INTO executions FORMAT JSONEachRow ${rows.map((row) => JSON.stringify(row)).join('\n')}`)
  await eventually(async () => {
    const found = await stack.query("SELECT execution_id FROM executions FINAL WHERE status != 'running'")
    // Of each owner one that was sent and two rows; the one inside; the twins.
    expect(found).toHaveLength(4 * 3 + 1 + 2)
  })
}

async function send(owner: Owner, path: string, body: object): Promise<void> {
  const key = headersOf(personOf(owner === 'globex' ? 'globex-admin' : 'ingest'))
  const headers = { 'content-type': 'application/json', ...key }
  const answer = await fetch(stack.urls.otlpHttp + path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.status).toBe(200)
}

/** One run with the same ids in both tenants, which says other things there, sent twice. */
async function sendTwins(startMs: number): Promise<void> {
  for (const owner of ['ann', 'globex'] as const) {
    const [entry, step] = spansOf(owner, startMs)
    const ids = { traceId: 'ab'.repeat(16) }
    const attributes = entry!.attributes.map((one) =>
      one.key === 'runlens.execution.id' ? { ...one, value: { stringValue: 'twin' } } : one,
    )
    const twin: OtlpSpan[] = [
      { ...entry!, ...ids, spanId: '11'.repeat(8), attributes },
      { ...step!, ...ids, spanId: '22'.repeat(8), parentSpanId: '11'.repeat(8) },
      ...(owner === 'globex' ? [{ ...step!, ...ids, spanId: '33'.repeat(8), parentSpanId: '11'.repeat(8) }] : []),
    ]
    await send(owner, '/v1/traces', tracesExport(owner, twin))
    await send(owner, '/v1/traces', tracesExport(owner, twin))
  }
}

interface Answer {
  status: number
  text: string
}

async function ask(route: Route, { path, body }: Request, person: Person): Promise<Answer> {
  const abort = new AbortController()
  const answer = await fetch(stack.urls.api + path, {
    method: methodOf(route).toUpperCase(),
    headers: { ...headersOf(person), ...(body ? { 'content-type': 'application/json' } : {}) },
    redirect: 'manual',
    signal: abort.signal,
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const headers = [...answer.headers].flat().join('\n')
  if (!answer.headers.get('content-type')?.includes('event-stream')) {
    return { status: answer.status, text: `${headers}\n${await answer.text()}` }
  }
  // A stream has no end: what it says before it waits is enough, and that begins with what there is now.
  let text = ''
  for await (const chunk of answer.body!) {
    text += new TextDecoder().decode(chunk as Uint8Array)
    if (text.includes('event: snapshot')) break
  }
  abort.abort()
  return { status: answer.status, text: `${headers}\n${text}` }
}

/** Whom people ask about: each role about something that it may see, each user and each tenant about something that they may not. */
const ASK_ABOUT: Record<string, readonly Owner[]> =
  effort(0, 1) === 0
    ? { ann: ['ann', 'bob'], bob: ['ann'], globex: ['ann'], 'globex-admin': ['ann'], viewer: ['nobody', 'globex'] }
    : { ann: OWNERS, viewer: ['ann', 'nobody', 'globex'], globex: ['ann', 'globex'] }

/** What is asked of a route in one's name: about some owners, once where it is about none; with parameters by one who may see little. */
function questionsOf(route: Route, name: string): { owner: Owner | null; request: Request }[] {
  const plain = (ASK_ABOUT[name] ?? (effort(0, 1) === 0 ? ['ann'] : ['ann', 'globex'])).map((owner) => ({
    owner: owner as Owner | null,
    request: requestsOf(route, owner)[0]!,
  }))
  const isAboutOne = new Set(OWNERS.map((owner) => JSON.stringify(requestsOf(route, owner)[0]))).size > 1
  const [, ...withParameters] = name === 'ann' ? requestsOf(route, 'bob') : []
  return [
    ...(isAboutOne ? plain : [{ ...plain[0]!, owner: null }]),
    ...withParameters.map((request) => ({ owner: isAboutOne ? ('bob' as const) : null, request })),
  ]
}

/** Bob's run inside ann's names that one as its parent, as its emitter said: an id, and nothing else of it. */
function namedBy({ name }: Person): string[] {
  return name === 'bob' ? [canary('ann', 'run')] : []
}

/** Owners of whom an answer tells something, apart from what the question said itself. */
function toldOf(text: string, said: readonly string[]): Owner[] {
  const rest = said.reduce((left, each) => left.replaceAll(each, ''), text).toLowerCase()
  return OWNERS.filter((owner) => rest.includes(`canary-${owner}`))
}

describe('every route', () => {
  it('can be asked', () => {
    expect(ROUTES.map(missingSample).filter((why) => why !== null)).toEqual([])
  })

  it.each(ROUTES_IN_ORDER.map((route) => [`${methodOf(route)} ${route.path}`, route] as const))(
    '%s serves those whom its policy names, with what is theirs',
    async (_, route) => {
      const policy = ROUTE_POLICIES[route.id]
      for (const person of PEOPLE) {
        const isServed = policy === 'anyone' || (person.role !== null && allows(policy, person.role))
        for (const { owner, request } of questionsOf(route, isServed ? person.name : '')) {
          const { status, text } = await ask(route, request, person)
          const where = `${person.name} asks ${request.path}`
          const told = toldOf(text, [...request.said, ...namedBy(person)])
          expect([where, told.filter((each) => !person.sees.includes(each))]).toEqual([where, []])
          if (policy === 'anyone') expect([where, status]).not.toEqual([where, 403])
          else if (person.role === null) expect([where, status]).toEqual([where, 401])
          else if (!isServed) expect([where, status]).toEqual([where, 403])
          else if (owner === null || person.sees.includes(owner)) {
            const wanted = SAMPLES[route.id]?.status
            expect([where, wanted === undefined ? status < 400 : status]).toEqual([where, wanted ?? true])
          }
          // Of somebody else: as if it were not there, or an answer in which nothing of it is.
          else
            expect([where, [200, 201, 202, 204, 302, 403, 404, 409]]).toEqual([where, expect.arrayContaining([status])])
        }
      }
    },
  )

  it('shows people what is theirs', async () => {
    const list = ROUTES.find(({ id }) => id === 'listExecutions')!
    for (const person of PEOPLE.filter(({ role }) => role !== null && role !== 'ingest')) {
      const { text } = await ask(list, { path: `${list.path}?limit=1000`, said: [] }, person)
      expect([person.name, toldOf(text, namedBy(person))]).toEqual([person.name, person.sees])
    }
  })

  it.each([
    // A run that was sent and two rows, of which one is three days old; ann's and globex' twin, bob's run inside ann's.
    ['ann', 3, 4],
    ['bob', 3, 4],
    ['globex', 3, 4],
    ['globex-admin', 3, 4],
    // All of acme: those of ann, of bob, and three of nobody.
    ['viewer', 3 + 3 + 2, 4 + 4 + 3],
  ])('counts for %s what is theirs: %i of a day, %i of a month', async (name, ofDay, ofMonth) => {
    const counts = async (range: string) => {
      const headers = headersOf(personOf(name))
      const read = async (view: string) =>
        (
          await fetch(`${stack.urls.api}/api/v1/observability/${view}?time_range=${range}`, { headers })
        ).json() as Promise<ApiAnswer['body']>
      const [kpis, workflows] = await Promise.all([read('kpis'), read('workflows')])
      const all = workflows.workflows.map((one: { total_executions: number }) => one.total_executions)
      return [kpis.total_executions, all.reduce((sum: number, one: number) => sum + one, 0)]
    }
    expect(await counts('24h')).toEqual([ofDay, ofDay])
    expect(await counts('30d')).toEqual([ofMonth, ofMonth])
  })
})

describe('one run with the same ids in two tenants', () => {
  const get = async (name: string, path: string) => {
    const answer = await fetch(`${stack.urls.api}/api/v1${path}`, { headers: headersOf(personOf(name)) })
    return (await answer.json()) as ApiAnswer['body']
  }

  it('is stored once for each, whole', async () => {
    const spans = await stack.query(
      `SELECT tenant, toUInt32(count()) AS n, toUInt32(uniqExact(span_id)) AS ids FROM spans WHERE trace_id = unhex('${'ab'.repeat(16)}') GROUP BY tenant ORDER BY tenant`,
    )
    expect(spans).toEqual([
      { tenant: 'acme', n: 2, ids: 2 },
      { tenant: 'globex', n: 3, ids: 3 },
    ])
  })

  it.each([
    ['viewer', 1, 2],
    ['globex-admin', 2, 3],
  ])('%s reads an execution of %i steps and a trace of %i spans', async (name, steps, spans) => {
    const twin = await get(name, '/executions/id/twin')
    const owner = name === 'viewer' ? 'ann' : 'globex'
    expect(twin).toMatchObject({ step_count: steps, workflow_id: canary(owner, 'workflow') })
    expect((await get(name, '/executions/id/twin/tree')).steps).toHaveLength(steps)
    const list = await get(name, `/executions?limit=1000`)
    const twins = list.executions.filter((one: { execution_id: string }) => one.execution_id === 'twin')
    expect(twins).toHaveLength(1)
    const trace = await get(name, `/traces/${'ab'.repeat(16)}`)
    const sent = trace.resourceSpans.flatMap((one: { scopeSpans: { spans: unknown[] }[] }) =>
      one.scopeSpans.flatMap((each) => each.spans),
    )
    expect(sent).toHaveLength(spans)
  })
})

describe("an execution inside another user's", () => {
  const path = `/api/v1/executions/id/${canary('ann', 'run')}`
  const get = async (name: string, below: string) => {
    const answer = await fetch(stack.urls.api + path + below, { headers: headersOf(personOf(name)) })
    return (await answer.json()) as ApiAnswer['body']
  }

  it('is in the tree and in the logs for those who see both, and in neither for the owner of the outer one', async () => {
    const partsFor = async (name: string) =>
      (await get(name, '/tree')).steps.map(({ part }: { part: string }) => part).sort()
    expect(await partsFor('viewer')).toEqual(['child', 'step'])
    expect(await partsFor('ann')).toEqual(['step'])
    expect((await get('viewer', '/logs')).count).toBe(3)
    expect((await get('ann', '/logs')).count).toBe(2)
  })
})

describe('streams', () => {
  const open = async (person: Person, path: string) => {
    const client = await openSse(stack.urls.api + path, headersOf(person))
    onTestFinished(() => client.close())
    return client
  }
  const sendRun = async (owner: Owner, id: string) => {
    const spans = spansOf(owner, Date.now() - 1_000).map((span, n) => ({
      ...span,
      traceId: idOf(id, 16),
      spanId: idOf(`${id} ${n}`, 8),
      ...(n === 0 ? {} : { parentSpanId: idOf(`${id} 0`, 8) }),
      attributes: span.attributes.map((one) => (one.key === 'runlens.execution.id' ? text(one.key, id) : one)),
    }))
    await send(owner, '/v1/traces', tracesExport(owner, spans))
  }

  it('tell everybody of what is theirs, by server-sent events and by WebSocket with a ticket', async () => {
    const readers = PEOPLE.filter(({ role }) => role !== null && role !== 'ingest')
    const clients = await Promise.all(readers.map((person) => open(person, '/api/v1/sse/executions')))
    const ticket = await fetch(`${stack.urls.api}/api/v1/live/tickets`, {
      method: 'POST',
      headers: headersOf(personOf('ann')),
    })
    const { ticket: code } = (await ticket.json()) as { ticket: string }
    const socket = new WebSocket(`${stack.urls.api.replace('http', 'ws')}/api/v1/ws?ticket=${code}`)
    onTestFinished(() => socket.close())
    const messages: string[] = []
    socket.addEventListener('message', ({ data }) => messages.push(String(data)))
    await Promise.all(
      clients.map((client) => client.until((events) => events.some(({ event }) => event === 'snapshot'))),
    )
    await expect.poll(() => messages.length).toBeGreaterThan(0)
    for (const owner of OWNERS) await sendRun(owner, canary(owner, 'live'))
    for (const [n, client] of clients.entries()) {
      const { name, sees } = readers[n]!
      const seen = () =>
        client.events.filter(({ event }) => event === 'execution.completed').map(({ data }) => data.execution_id)
      await expect.poll(seen).toEqual(expect.arrayContaining(sees.map((owner) => canary(owner, 'live'))))
      expect([name, toldOf(JSON.stringify(client.events), [])]).toEqual([name, sees])
    }
    await expect.poll(() => messages.join()).toContain(canary('ann', 'live'))
    expect(toldOf(messages.join(), [])).toEqual(['ann'])
  })

  it('are for nobody without a credential, and of one tenant only', async () => {
    const nobody = personOf('anonymous')
    expect((await open(nobody, '/api/v1/sse/executions')).status).toBe(401)
    expect((await open(personOf('viewer'), '/api/v1/sse/counts/acme')).status).toBe(200)
    expect((await open(personOf('viewer'), '/api/v1/sse/counts/globex')).status).toBe(403)
    const refused = new WebSocket(`${stack.urls.api.replace('http', 'ws')}/api/v1/ws`)
    const outcome = await new Promise((resolve) => {
      refused.addEventListener('open', () => resolve('open'))
      refused.addEventListener('error', () => resolve('refused'))
    })
    expect(outcome).toBe('refused')
  })
})

describe('runlens keys', () => {
  const cli = async (...args: string[]) => {
    const env = { ...process.env, RUNLENS_DATA_DIR: stack.dataDir }
    return (await promisify(execFile)(process.execPath, [CLI, 'keys', ...args], { env })).stdout
  }
  const statusFor = async (key: string) => {
    const headers = { authorization: `Bearer ${key}` }
    return (await fetch(`${stack.urls.api}/api/v1/session`, { headers })).status
  }

  it('makes a key that works within seconds, lists it and takes it back', async () => {
    const made = JSON.parse(await cli('create', '--name', 'cli', '--role', 'viewer', '--tenant', 'acme', '--json'))
    await eventually(async () => expect(await statusFor(made.key)).toBe(200))
    const listed = JSON.parse(await cli('list', '--tenant', 'acme', '--json'))
    expect(listed).toContainEqual(
      expect.objectContaining({ id: made.id, name: 'cli', role: 'viewer', revoked_at: null }),
    )
    expect(JSON.stringify(listed)).not.toContain(made.key)
    await cli('revoke', made.id, '--tenant', 'acme')
    await eventually(async () => expect(await statusFor(made.key)).toBe(401))
    expect(await cli('list')).toMatch(new RegExp(`${made.id} .* revoked 20`))
  })
})

it('writes no key into a log', () => {
  const logs = stack.logs()
  expect(logs.length).toBeGreaterThan(0)
  for (const { key, name } of PEOPLE) if (key !== null) expect([name, logs.includes(key)]).toEqual([name, false])
})
