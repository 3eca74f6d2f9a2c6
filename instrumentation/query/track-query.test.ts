import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { recordedSpans } from '../../test/kit/recorded-spans.ts'
import { currentExecution, withExecution } from '../execution/with-execution.ts'
import { trackQuery } from './track-query.ts'

/** Behaves like a client of `pg`: promises, callbacks, submittable queries, private members. */
class Client extends EventEmitter {
  host = 'db-1'
  password = 'hunter2'
  #queries = 0

  get queries(): number {
    return this.#queries
  }

  query(what: unknown, ...rest: unknown[]): unknown {
    this.#queries++
    const callback = rest.at(-1)
    const text = typeof what === 'string' ? what : (what as { text?: string }).text
    if (typeof (what as { submit?: unknown }).submit === 'function') return what
    const error = text === 'broken' ? Object.assign(new Error('no such table'), { code: '42P01' }) : undefined
    const late =
      text === 'slow'
        ? Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })
        : error
    const result = { rows: [{ a: 1 }, { a: 2 }], rowCount: 2 }
    if (typeof callback === 'function') {
      setImmediate(() => callback(late ?? null, late ? undefined : result))
      return undefined
    }
    return late ? Promise.reject(late) : Promise.resolve(result)
  }
}

it('records texts, rows and failures, and gives what the client gives', async () => {
  const spans = await recordedSpans(async () => {
    const client = new Client()
    const tracked = trackQuery(client, { user: 'u', connection: { host: 'db-1', password: 'hunter2' } })
    expect(await tracked.query('SELECT 1')).toMatchObject({ rowCount: 2 })
    await expect(tracked.query({ text: 'broken' })).rejects.toThrow('no such table')
    await expect(tracked.query('slow')).rejects.toThrow('timeout')
    expect(client.queries).toBe(3)
    expect(tracked.queries).toBe(3)
    tracked.host = 'other'
    expect(client.host).toBe('other')
  })
  expect(
    spans.map(({ name, attributes: a }) => [
      name,
      a['runlens.execution.status'],
      a['db.response.returned_rows'],
      a['db.response.status_code'],
    ]),
  ).toEqual([
    ['SELECT postgresql', undefined, 2, undefined],
    ['BROKEN postgresql', 'failed', undefined, '42P01'],
    ['SLOW postgresql', undefined, undefined, '57014'],
  ])
  expect(spans[0]!.attributes).toMatchObject({
    'runlens.execution.kind': 'query',
    'db.query.text': 'SELECT 1',
    'user.id': 'u',
    'runlens.query.connection.host': 'db-1',
    'runlens.query.connection.password': '[redacted]',
  })
  expect(spans.map(({ kind, status }) => [kind, status.code])).toEqual([
    [2, 0],
    [2, 2],
    [2, 2],
  ])
})

it('calls back in the context of the caller, and is a step of its execution', async () => {
  const spans = await recordedSpans(() =>
    withExecution({ workflow: 'report' }, (execution) => {
      const tracked = trackQuery(new Client())
      return new Promise<void>((resolve) => {
        tracked.query('SELECT 2', [1], (error: unknown, result: unknown) => {
          expect(error).toBeNull()
          expect(result).toMatchObject({ rowCount: 2 })
          expect(currentExecution()).toBe(execution)
          resolve()
        })
      })
    }),
  )
  expect(spans.map(({ name, parent }) => [name, parent])).toEqual([
    ['SELECT postgresql', 'report'],
    ['report', ''],
  ])
  expect(spans[0]!.attributes).not.toHaveProperty('runlens.execution.kind')
})

it('leaves cursors and streams to whoever reads them', async () => {
  const spans = await recordedSpans(() => {
    const cursor = { text: 'SELECT 3', submit: () => {} }
    expect(trackQuery(new Client()).query(cursor)).toBe(cursor)
  })
  expect(spans).toEqual([])
})
