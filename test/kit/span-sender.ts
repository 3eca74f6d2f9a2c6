/** Sends spans that are all different over OTLP/HTTP, and keeps the account of what was acknowledged. */
import { expect } from 'vitest'
import { type PlainSpan, someSpans, traceRequest } from '../otlp/payload.ts'

export interface Answer {
  status: number
  /** 0 without the header. */
  retryAfterSeconds: number
}

export class SpanSender {
  /** Spans acknowledged, each once. */
  accepted = 0
  private next = 1
  private readonly url: () => string

  /** @param url of the collector, `http://host:port`, at the moment of sending */
  constructor(url: () => string) {
    this.url = url
  }

  /** Spans that nobody had before. */
  fresh(count: number): PlainSpan[] {
    return someSpans(count).map((span) => ({ ...span, spanId: (this.next++).toString(16).padStart(16, '0') }))
  }

  /** One request with `count` fresh spans, tried once. */
  async send(count: number): Promise<Answer> {
    const answer = await this.post(this.fresh(count))
    if (answer.status === 200) this.accepted += count
    return answer
  }

  /** As `send`, for a collector that must take it. */
  async deliver(count: number): Promise<void> {
    expect((await this.send(count)).status).toBe(200)
  }

  /** Sends these spans, whether or not they were sent before, and counts nothing. */
  async post(spans: readonly PlainSpan[]): Promise<Answer> {
    const answer = await fetch(`${this.url()}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(traceRequest('protobuf', spans)),
    })
    await answer.arrayBuffer()
    return { status: answer.status, retryAfterSeconds: Number(answer.headers.get('retry-after') ?? 0) }
  }
}

/** A figure of the collector's `/metrics`. */
export async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}
