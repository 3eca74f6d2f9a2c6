import { expect, test } from 'vitest'
import { encodeResponse, encodeStatus, MESSAGES, TRACES } from './index.ts'

const STATUS = MESSAGES.lookupType('google.rpc.Status')
const RETRY_INFO = MESSAGES.lookupType('google.rpc.RetryInfo')

test('a success without a rejected span leaves partial_success unset', () => {
  expect(encodeResponse(TRACES, 'protobuf', { rejected: 0, message: '' }).length).toBe(0)
  expect(encodeResponse(TRACES, 'json', { rejected: 0, message: '' }).toString()).toBe('{}')
})

test('rejected spans are counted in the partial success', () => {
  // Field 1 of 9 bytes: field 1 the varint 300, field 2 "none".
  expect(encodeResponse(TRACES, 'protobuf', { rejected: 300, message: 'none' }).toString('hex')).toBe(
    '0a0908ac0212046e6f6e65',
  )
  expect(JSON.parse(encodeResponse(TRACES, 'json', { rejected: 300, message: 'none' }).toString())).toEqual({
    partialSuccess: { rejectedSpans: '300', errorMessage: 'none' },
  })
})

test('an error is a google.rpc.Status', () => {
  expect(encodeStatus('protobuf', { code: 3, message: 'bad' }).toString('hex')).toBe('08031203626164')
  expect(JSON.parse(encodeStatus('json', { code: 3, message: 'bad' }).toString())).toEqual({ code: 3, message: 'bad' })
})

test('an error that passes carries when to come back', () => {
  const status = { code: 14, message: 'busy', retryAfterSeconds: 7 }
  const decoded = STATUS.toObject(STATUS.decode(encodeStatus('protobuf', status)))
  expect(decoded.details.length).toBe(1)
  expect(decoded.details[0].typeUrl).toBe('type.googleapis.com/google.rpc.RetryInfo')
  const retryInfo = RETRY_INFO.toObject(RETRY_INFO.decode(decoded.details[0].value), { longs: Number })
  expect(retryInfo).toEqual({ retryDelay: { seconds: 7 } })
  expect(JSON.parse(encodeStatus('json', status).toString())).toEqual({
    code: 14,
    message: 'busy',
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }],
  })
})

test('the trace service has the names that senders call', () => {
  expect([TRACES.path, TRACES.grpcPath]).toEqual([
    '/v1/traces',
    '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  ])
})
