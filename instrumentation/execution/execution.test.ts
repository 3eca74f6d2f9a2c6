import type { Status } from '@runlens/conventions'
import { describe, expect, it } from 'vitest'
import { recordedSpans } from '../../test/kit/recorded-spans.ts'
import { hub } from '../hub.ts'
import type { Carrier } from './carrier.ts'
import { continueExecution, currentExecution, startExecution, step, withExecution } from './with-execution.ts'
import { wrapExecution, wrapStep } from './wrap.ts'

describe('an execution', () => {
  it('gives what its function gives, at once or later, and throws what it throws', async () => {
    const spans = await recordedSpans(async () => {
      expect(withExecution({ workflow: 'sync' }, () => 7)).toBe(7)
      const promise = withExecution({ workflow: 'async' }, async () => 8)
      expect(promise).toBeInstanceOf(Promise)
      expect(await promise).toBe(8)
      const error = new RangeError('mine')
      expect(() =>
        withExecution({ workflow: 'throws' }, () => {
          throw error
        }),
      ).toThrow(error)
      await expect(withExecution({ workflow: 'rejects' }, () => Promise.reject(error))).rejects.toBe(error)
      await expect(withExecution({ workflow: 'odd' }, () => Promise.reject(undefined))).rejects.toBe(undefined)
    })
    expect(spans.map(({ name, status }) => [name, status.code])).toEqual([
      ['sync', 0],
      ['async', 0],
      ['throws', 2],
      ['rejects', 2],
      ['odd', 2],
    ])
  })

  it('nests steps as they are called, in parallel too', async () => {
    const spans = await recordedSpans(() =>
      withExecution({ workflow: 'w' }, (execution) =>
        Promise.all(
          ['a', 'b'].map((name) =>
            execution.step(name, async (outer) => {
              await new Promise((resolve) => setTimeout(resolve, 5))
              await execution.step(`${name} 1`, async () => step(`${name} 2`, () => {}))
              outer.step(`${name} 3`, () => {})
            }),
          ),
        ),
      ),
    )
    const parents = Object.fromEntries(spans.map(({ name, parent }) => [name, parent]))
    expect(parents).toEqual({
      w: '',
      a: 'w',
      b: 'w',
      'a 1': 'a',
      'a 2': 'a 1',
      'a 3': 'a',
      'b 1': 'b',
      'b 2': 'b 1',
      'b 3': 'b',
    })
  })

  it('is called as the server calls it, and inside of another one by its own span', async () => {
    const spans = await recordedSpans(() =>
      withExecution({ workflow: 'outer' }, (outer) => {
        expect(currentExecution()).toBe(outer)
        return withExecution({ workflow: 'inner' }, (inner) => expect(currentExecution()).toBe(inner))
      }),
    )
    const [inner, outer] = spans
    expect(outer!.attributes['runlens.execution.id']).toBe(outer!.traceId)
    expect(inner!.attributes['runlens.execution.id']).toBe(`${inner!.traceId}-${inner!.spanId}`)
    expect(inner!.attributes['runlens.execution.parent_id']).toBe(outer!.traceId)
    expect(currentExecution()).toBeUndefined()
  })

  it('ends once, by hand too, and says what its owner says', async () => {
    const spans = await recordedSpans(() => {
      const execution = startExecution({
        workflow: { id: 'w-1', name: 'w', version: '2' },
        id: 'run 7',
        queuedAt: 1_700_000_000_000,
      })
      const inner = execution.startStep({ name: 's', type: 'tool', index: 2, itemsIn: 3, inputs: { a: 1 }, attempt: 1 })
      inner.setItems({ out: 4 })
      inner.end({ output: [1], status: 'failed' })
      inner.end({ status: 'success' })
      execution.end({ error: new Error('late'), output: 'text' })
      execution.end()
    })
    expect(spans.map(({ name }) => name)).toEqual(['s', 'w'])
    expect(spans[0]!.attributes).toEqual({
      'runlens.step.name': 's',
      'runlens.step.type': 'tool',
      'runlens.step.index': 2,
      'runlens.step.attempt': 1,
      'runlens.step.items_in': 3,
      'runlens.step.items_out': 4,
      'runlens.step.input': '{"a":1}',
      'runlens.step.output': '[1]',
      'runlens.step.status': 'failed',
    })
    expect(spans[1]!.attributes).toMatchObject({
      'runlens.execution.id': 'run 7',
      'runlens.workflow.id': 'w-1',
      'runlens.workflow.version': '2',
      'runlens.execution.queued_at': '2023-11-14T22:13:20.000Z',
      'runlens.execution.output': 'text',
      'error.type': 'Error',
    })
  })

  it('that waited and went on is no longer waiting at its end; progress stays within its bounds', async () => {
    const [span] = await recordedSpans(() =>
      withExecution({ workflow: 'w' }, (execution) => {
        execution.waiting()
        execution.running()
        execution.setProgress(7)
        execution.setProgress(Number.NaN)
      }),
    )
    expect(span!.attributes).toMatchObject({ 'runlens.execution.status': '', 'runlens.execution.progress': 1 })
  })

  it('that throws keeps the word that called it failed, and no other', async () => {
    const statusAfter = async (...words: Status[]) => {
      const [span] = await recordedSpans(() =>
        withExecution({ workflow: 'w' }, async (execution) => {
          for (const word of words) execution.setStatus(word)
          throw new Error('none left')
        }).catch(() => {}),
      )
      return span!.attributes['runlens.execution.status']
    }
    expect(await statusAfter('failed')).toBe('failed')
    expect(await statusAfter('running', 'cancelled')).toBe('cancelled')
    expect(await statusAfter('waiting')).toBe('')
    expect(await statusAfter('success')).toBe('')
    expect(await statusAfter('failed', 'running')).toBe('')
    expect(await statusAfter()).toBeUndefined()
  })

  it('tries again as executions that belong together, and stops where that is no use', async () => {
    const spans = await recordedSpans(async () => {
      let runs = 0
      const options = {
        workflow: 'w',
        id: 'r',
        retries: { attempts: 5, when: (error: unknown) => error instanceof TypeError },
      }
      await expect(
        withExecution(options, async () => {
          throw ++runs < 3 ? new TypeError('again') : new RangeError('never')
        }),
      ).rejects.toThrow('never')
    })
    expect(
      spans.map(({ attributes: a }) => [
        a['runlens.execution.id'],
        a['runlens.execution.attempt'],
        a['runlens.execution.retry_of'],
      ]),
    ).toEqual([
      ['r', 1, undefined],
      ['r-attempt-2', 2, 'r'],
      ['r-attempt-3', 3, 'r'],
    ])
  })
})

describe('a carrier', () => {
  it('takes an execution on, in the same trace and linked', async () => {
    const headers: Record<string, unknown> = { 'content-type': 'text/plain' }
    const spans = await recordedSpans(async () => {
      await withExecution(
        { workflow: { id: 'id, with=odd&signs', name: 'Über' }, kind: 'agent', user: 'u', conversation: 'c' },
        async (execution) => {
          await execution.step('send', async () => execution.handOver(headers))
        },
      )
      // As a queue gives it back: other case, bytes.
      const received = { 'Runlens-Execution': Buffer.from(String(headers['runlens-execution'])) }
      continueExecution(received, (execution) => {
        expect(execution.identity).toMatchObject({
          workflowName: 'Über',
          workflowId: 'id, with=odd&signs',
          kind: 'agent',
        })
      })
    })
    const [send, first, second] = spans
    expect(second!.attributes).toEqual({ ...first!.attributes, 'runlens.execution.status': undefined })
    expect(first!.attributes['runlens.execution.status']).toBe('waiting')
    expect(second!.traceId).toBe(first!.traceId)
    expect([second!.parent, second!.links]).toEqual(['send', [send!.spanId]])
    expect(String(headers['runlens-execution'])).toMatch(/^[\x20-\x7e]+$/)
  })

  it.each<[string, Carrier]>([
    ['nothing', {}],
    ['nonsense', { 'runlens-execution': '%%%' }],
    ['another version', { 'runlens-execution': 'v=2&id=a&workflowName=b' }],
    ['no text', { 'runlens-execution': { v: 1 } }],
    ['far too much', { 'runlens-execution': `v=1&id=a&workflowName=b&x=${'x'.repeat(100_000)}` }],
  ])('with %s starts what the receiver says', async (_name, carrier) => {
    const [span] = await recordedSpans(() => continueExecution(carrier, () => {}, { workflow: 'fresh' }))
    expect(span).toMatchObject({ name: 'fresh', parent: '', links: [] })
  })

  it('with ids that are none continues the execution in a trace of its own', async () => {
    const carrier = { 'runlens-execution': `v=1&id=a&workflowName=b&trace=${'0'.repeat(32)}&span=zz` }
    const [span] = await recordedSpans(() => continueExecution(carrier, () => {}))
    expect(span).toMatchObject({ name: 'b', parent: '', links: [] })
    expect(span!.attributes['runlens.execution.id']).toBe('a')
  })
})

it('wraps functions with their this and arguments', async () => {
  const spans = await recordedSpans(async () => {
    const shop = {
      rate: 2,
      price: wrapStep('price', function (this: { rate: number }, base: number) {
        return base * this.rate
      }),
      order: wrapExecution(
        (item: string) => ({ workflow: 'order', inputs: { item } }),
        async function (this: { price(base: number): number }, _item: string) {
          return this.price(21)
        },
      ),
    }
    expect(await shop.order('book')).toBe(42)
  })
  expect(spans.map(({ name, parent }) => [name, parent])).toEqual([
    ['price', 'order'],
    ['order', ''],
  ])
  expect(spans[1]!.attributes['runlens.execution.input']).toBe('{"item":"book"}')
})

it('keeps its own faults from the application, and counts them', async () => {
  const before = hub.faults
  const hostile = {
    get a(): never {
      throw new Error('no')
    },
  }
  const result = withExecution({ workflow: 'w', attributes: hostile as never, queuedAt: Number.NaN }, (execution) => {
    execution.setAttributes({ fine: 1 })
    execution.setExpectedEnd(Number.NaN)
    execution.inject(Object.freeze({}))
    return execution.step({ name: 's', attributes: hostile as never }, (one) => {
      one.setOutput(hostile)
      return 'done'
    })
  })
  expect(result).toBe('done')
  expect(hub.faults).toBeGreaterThan(before)
})
