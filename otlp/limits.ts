/** What one request may hold; beyond it a request is refused or a span rejected, always counted. */
export interface OtlpLimits {
  /** Spans in one request, counted before anything is allocated for them. */
  spansPerRequestMax: number
  /** Attributes of one span with its events and links. */
  attributesPerSpanMax: number
  /** Bytes of one attribute value. */
  valueBytesMax: number
  /** Nesting of AnyValue. */
  depthMax: number
}

export const DEFAULT_LIMITS: OtlpLimits = {
  spansPerRequestMax: 100_000,
  attributesPerSpanMax: 1_024,
  valueBytesMax: 4 * 1024 * 1024,
  depthMax: 32,
}
