import { describe, expect, it } from 'vitest'
import { Generator } from '../generate/generator.ts'
import { toJsonRows } from './json-rows.ts'

describe('the naive rows', () => {
  it('hold every span of a request with its attributes', () => {
    const generator = new Generator({ seed: 1, spansPerRequest: 200, templates: 1 })
    const text = toJsonRows(generator.next(Date.UTC(2026, 10, 20)).body).toString()
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows).toHaveLength(200)
    const database = rows.find((row) => row.attributes['db.system.name'])
    expect(database.attributes).toMatchObject({ 'db.system.name': 'postgresql', 'server.port': '5432' })
    expect(database.trace_id).toMatch(/^[0-9a-f]{32}$/)
    expect(database.started_at).toMatch(/^179\d{16}$/)
  })
})
