import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toText } from './to-text.ts'

describe('toText', () => {
  it('is JSON for what JSON can tell', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small', maxDepth: 5 }), (value) => {
        fc.pre(typeof value !== 'string')
        expect(toText(value, 1_000_000)).toBe(JSON.stringify(value))
      }),
    )
  })

  it('tells texts as they are and nothing of nothing', () => {
    expect(toText('plain "text"')).toBe('plain "text"')
    expect(toText(undefined)).toBeUndefined()
    expect(toText(null)).toBe('null')
  })

  it('tells what JSON can not', () => {
    const circular: Record<string, unknown> = {
      id: 1n,
      at: new Date(0),
      bytes: new Uint8Array(9),
      map: new Map([['a', 1]]),
    }
    circular.self = circular
    circular.error = new TypeError('broken')
    circular.nan = Number.NaN
    circular.run = () => {}
    circular.inner = { list: [Symbol('x'), undefined, () => {}] }
    expect(JSON.parse(toText(circular)!)).toEqual({
      id: '1',
      at: '1970-01-01T00:00:00.000Z',
      bytes: '[9 bytes]',
      map: [['a', 1]],
      self: '[circular]',
      error: { name: 'TypeError', message: 'broken' },
      nan: 'NaN',
      inner: { list: ['[symbol]', null, '[function]'] },
    })
  })

  it('never throws, whatever it reads', () => {
    const hostile = {
      get bad() {
        throw new Error('no')
      },
    }
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    expect(toText(hostile)).toContain('[unreadable]')
    expect(toText({ ok: 1, hostile })).toContain('"ok":1')
    expect(toText(revoked.proxy)).toContain('[unreadable]')
    expect(
      toText({
        toJSON: () => {
          throw new Error('no')
        },
      }),
    ).toBe('"[unreadable]"')
  })

  it('leaves out secrets by name and by shape', () => {
    const text = toText({ user: 'me', password: 'hunter2', headers: { Authorization: 'x' }, dsn: 'pg://a:hunter2@h' })
    expect(JSON.parse(text!)).toEqual({
      user: 'me',
      password: '[redacted]',
      headers: { Authorization: '[redacted]' },
      dsn: 'pg://a:[redacted]@h',
    })
  })

  it('looks at no more than fits', () => {
    let read = 0
    const list = new Proxy([] as number[], {
      get: (target, name) => {
        if (name === 'length') return 50_000_000
        if (typeof name === 'string' && /^\d+$/.test(name)) return read++
        return Reflect.get(target, name)
      },
    })
    const text = toText(list, 1_000)!
    expect(text.length).toBeLessThan(1_100)
    expect(text).toMatch(/more\]"\]$/)
    expect(read).toBeLessThan(1_000)
    expect(toText('x'.repeat(100_000), 1_000)).toBe(`${'x'.repeat(1_000)}…[cut]`)
    const deep = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000))
    expect(toText(deep)).toContain('[too deep]')
    const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, at]))
    expect(toText(wide, 1_000)!.length).toBeLessThan(1_100)
  })
})
