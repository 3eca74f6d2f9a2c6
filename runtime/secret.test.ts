import { inspect } from 'node:util'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { Secret } from './secret.ts'

it('is shown by nobody who prints what holds it', () => {
  const lines: string[] = []
  const holder = { n8n: { apiKey: new Secret('k-123'), list: [new Secret('k-123')] } }
  pino({}, { write: (line: string) => lines.push(line) }).info(holder, 'settings')
  const printed = [JSON.stringify(holder), inspect(holder, { depth: 9 }), `${holder.n8n.apiKey}`, ...lines]
  for (const text of printed) expect(text).not.toContain('k-123')
  expect(printed[0]).toContain('[secret]')
  expect(holder.n8n.apiKey.reveal()).toBe('k-123')
})
