import { TRACES } from '@runlens/otlp'
import { describe, expect, it } from 'vitest'
import { createRoutes } from './routes.ts'

const service = {
  signal: TRACES,
  accept: async () => ({ kind: 'accepted', accepted: 0, rejected: 0, message: '' }) as const,
}
const routeOf = createRoutes([service])

describe('routes', () => {
  it.each([
    '/v1/traces',
    '/v1/traces?x=1',
    '/v1/traces#x',
    '/api/public/otel/v1/traces',
    'http://collector:4318/v1/traces',
  ])('takes traces at %s', (target) => {
    expect(routeOf(target)).toEqual({ kind: 'export', service })
  })

  it.each(['/healthz', '/readyz', '/metrics'])('has a page of its own at %s', (target) => {
    expect(routeOf(target)).toEqual({ kind: 'page', page: target.slice(1) })
  })

  it.each([
    '',
    '*',
    '/',
    '/v1/traces/',
    '//v1/traces',
    '/v1//traces',
    '/V1/traces',
    '/v1/%74races',
    '/%zz',
    '/v1/logs',
    '/v1/metrics',
    '/v1development/profiles',
    '/__proto__',
    '/constructor',
  ])('has nothing at %j', (target) => {
    expect(routeOf(target)).toBeUndefined()
  })
})
