import { expect, it } from 'vitest'
import { mapJson } from '../../test/kit/settle-spans.ts'

it.each([-1, -1.7e308, 0])('takes the number %s for no time', (doubleValue) => {
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'run',
    kind: 1,
    startTimeUnixNano: '1790000000000000000',
    endTimeUnixNano: '1790000001000000000',
    attributes: [
      { key: 'runlens.execution.kind', value: { stringValue: 'job' } },
      { key: 'runlens.execution.queued_at', value: { doubleValue } },
    ],
  }
  const [mapped] = mapJson({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
  expect(mapped!.queued_at).toBeNull()
})
