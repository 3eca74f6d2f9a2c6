import { expect, it } from 'vitest'
import { formatLogLine } from './log-view.ts'

const plain = { color: false }

it('shows time, component, message and fields, and no level for ordinary lines', () => {
  const line =
    '{"level":30,"time":"2026-11-23T03:04:05.678Z","component":"collector","listen":{"http":"127.0.0.1:4318"},"n":2,"msg":"ready"}'
  expect(formatLogLine('collector', line, plain)).toBe('03:04:05.678 collector  ready listen={http=127.0.0.1:4318} n=2')
})

it('names the level from warnings on', () => {
  const line = '{"level":40,"time":"2026-11-23T03:04:05.678Z","component":"worker","msg":"slow","why":"two words"}'
  expect(formatLogLine('worker', line, plain)).toBe('03:04:05.678 worker     WARN slow why="two words"')
})

it('puts the stack of an error below, indented', () => {
  const line =
    '{"level":50,"time":"2026-11-23T03:04:05.678Z","component":"worker","err":{"type":"Error","message":"x","stack":"Error: x\\n    at y"},"msg":"broken"}'
  expect(formatLogLine('worker', line, plain)).toBe('03:04:05.678 worker     ERROR broken\n    Error: x\n        at y')
})

it('shows what is no JSON as it is', () => {
  expect(formatLogLine('clickhouse', 'Segmentation fault', plain)).toBe('             clickhouse  Segmentation fault')
  expect(formatLogLine('clickhouse', '{half', plain)).toBe('             clickhouse  {half')
})

it('colours only when asked', () => {
  expect(formatLogLine('worker', '{"msg":"x"}', { color: true })).toContain('\u001b[35m')
  expect(formatLogLine('worker', '{"msg":"x"}', plain)).not.toContain('\u001b')
})
