/** Requests for `hot-path.mjs`: a service with HTTP and database spans, ten attributes a span, six on the resource. */

const text = (key, stringValue) => ({ key, value: { stringValue } })
const int = (key, intValue) => ({ key, value: { intValue } })

const database = (i) => [
  text('db.system.name', 'postgresql'),
  text('db.namespace', 'shop'),
  text('db.query.text', `SELECT id, total, state FROM orders WHERE customer = $1 AND state = 'open' LIMIT ${i}`),
  text('db.operation.name', 'SELECT'),
  int('db.response.returned_rows', i % 50),
  text('server.address', 'db-1.internal'),
  int('server.port', 5432),
  text('thread.name', `worker-${i % 8}`),
  int('thread.id', i % 8),
  text('code.function.name', 'OrderRepository.findOpen'),
]
const http = (i) => [
  text('http.request.method', 'GET'),
  int('http.response.status_code', 200),
  text('http.route', '/api/v1/orders/{id}'),
  text('url.path', `/api/v1/orders/${i}`),
  text('url.scheme', 'https'),
  text('server.address', 'shop.example.com'),
  int('server.port', 443),
  text('user.id', `user-${i % 5000}`),
  text('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'),
  { key: 'http.request.resend', value: { boolValue: false } },
]

const resource = {
  attributes: [
    text('service.name', 'orders'),
    text('service.version', '2.14.1'),
    text('service.instance.id', 'a8c1d1fe-53c4-4a4c-9a6e-3a3f26e0b7f4'),
    text('deployment.environment.name', 'production'),
    text('host.name', 'node-17'),
    text('telemetry.sdk.language', 'java'),
  ],
}

/** `body(n)` encodes the n-th request of `spansMax` spans; `renew` gives the spans of one, as indexed, other ids. */
export function requests({ TRACES }, spansMax) {
  const id = (bytes, ...words) => {
    const buffer = Buffer.alloc(bytes)
    words.forEach((word, i) => void buffer.writeUInt32BE(word, i * 4))
    return buffer
  }
  const start = BigInt(Date.now() - 60_000) * 1_000_000n
  const body = (n) => {
    const spans = Array.from({ length: spansMax }, (_, i) => {
      const isDatabase = i % 4 === 3
      return {
        traceId: id(16, n + 1, 0, 0, 1 + (i >> 4)),
        spanId: id(8, n + 1, i + 1),
        ...(i % 16 === 0 ? {} : { parentSpanId: id(8, n + 1, i - (i % 16) + 1) }),
        name: isDatabase ? `SELECT orders_${i % 20}` : `GET /api/v1/orders/{id}/${i % 30}`,
        kind: isDatabase ? 3 : 2,
        startTimeUnixNano: String(start + BigInt(i * 1000)),
        endTimeUnixNano: String(start + BigInt(i * 1000 + 731_000)),
        attributes: isDatabase ? database(i) : http(n * spansMax + i),
        status: {},
      }
    })
    const scopeSpans = [{ scope: { name: 'io.opentelemetry.http', version: '2.1.0' }, spans }]
    const request = TRACES.request.fromObject({ resourceSpans: [{ resource, scopeSpans }] })
    return Buffer.from(TRACES.request.encode(request).finish())
  }
  const renew = (bytes, { spans: { at, length } }) => {
    for (let span = 0; span < length; span++) bytes[at.spanId[span]]++
  }
  return { body, renew }
}
