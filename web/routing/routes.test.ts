import { describe, expect, it } from 'vitest'
import { errorsPath, executionPath, executionsPath, pageOf } from './routes.ts'

describe('the path of an execution', () => {
  it.each([
    'run-1',
    'a/b?c#d',
    '100%',
    '__proto__',
    'ünïcode 名前',
    '<img src=x onerror=alert(1)>',
    'javascript:alert(1)',
  ])('leads to the execution %j and to no other place', (executionId) => {
    for (const instance of ['shop', 'a&b=c', null]) {
      const url = new URL(executionPath({ execution_id: executionId, instance }), 'http://localhost')
      expect(url.host).toBe('localhost')
      expect(pageOf(url.pathname, url.search)).toEqual({ name: 'execution', executionId, instance: instance ?? '' })
    }
  })

  it('is made even of text that is not well-formed Unicode', () => {
    expect(executionPath({ execution_id: '\ud800', instance: null })).toBe('/ui/executions/%EF%BF%BD?instance=')
  })
})

it('knows the list with and without parameters', () => {
  for (const path of [executionsPath(), executionsPath('status=error')]) {
    expect(pageOf(new URL(path, 'http://localhost').pathname, '')).toEqual({ name: 'executions' })
  }
})

it('knows the errors with and without parameters', () => {
  for (const path of [errorsPath(), errorsPath('state=open')]) {
    expect(pageOf(new URL(path, 'http://localhost').pathname, '')).toEqual({ name: 'errors' })
  }
})

it('leaves the instance open where the address names none', () => {
  expect(pageOf('/ui/executions/a', '')).toEqual({ name: 'execution', executionId: 'a', instance: undefined })
})

it.each(['/ui/nope', '/ui/executions/a/b', '/ui/executions/%zz', '/ui/executions/'])('does not know %s', (path) => {
  expect(pageOf(path, '')).toEqual({ name: 'unknown' })
})
