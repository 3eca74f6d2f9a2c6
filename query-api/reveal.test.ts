import { TextCipher } from '@runlens/runtime'
import { expect, it } from 'vitest'
import { createReveal } from './reveal.ts'

const KEY = { id: 'k1', bytes: Buffer.alloc(32, 1) }
const cipher = new TextCipher([KEY])
const reveal = createReveal(cipher)
const seal = (text: string) => cipher.seal(Buffer.from(text), 'acme')

it('finds encrypted texts wherever they stand in a row', () => {
  const row = {
    tenant: 'acme',
    query: seal('SELECT 1'),
    details: `\t\t\tError\t${seal('no such "table"')}`,
    values: ['a', seal('b')],
    pairs: [['input.value', seal('{"a":1}')]],
    map: { k: seal('v') },
    count: 1,
    missing: null,
    started: 7n,
  }
  expect(reveal(row, 'acme')).toEqual({
    tenant: 'acme',
    query: 'SELECT 1',
    details: '\t\t\tError\tno such "table"',
    values: ['a', 'b'],
    pairs: [['input.value', '{"a":1}']],
    map: { k: 'v' },
    count: 1,
    missing: null,
    started: 7n,
  })
  expect(reveal(new Map([['span', { input: seal('x') }]]), 'acme')).toEqual(new Map([['span', { input: 'x' }]]))
})

it('leaves what is not encrypted as it is, the very same', () => {
  const rows = [{ a: 'enc', b: ['x'], c: new Map([['k', 'v']]), d: 'enc:v1: is how they begin' }]
  expect(reveal(rows, 'acme')).toBe(rows)
})

it('shows the beginning of what was cut', () => {
  const text = 'x'.repeat(5_000)
  expect(reveal(seal(text).slice(0, 1_000), 'acme')).toBe(`${'x'.repeat(512)}…`)
})

it('puts a placeholder where it has no key, another one, or another tenant', () => {
  const unknown = '[encrypted with key "k1", which this server does not have]'
  const refused = '[encrypted with key "k1", which does not open it]'
  expect(createReveal(new TextCipher([]))([seal('x'), seal('y').slice(0, 12)], 'acme')).toEqual([unknown, unknown])
  expect(createReveal(new TextCipher([{ id: 'k1', bytes: Buffer.alloc(32, 2) }]))(seal('x'), 'acme')).toBe(refused)
  expect(reveal(seal('x'), 'globex')).toBe(refused)
})
