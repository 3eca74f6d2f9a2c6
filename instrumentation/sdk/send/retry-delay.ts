/** How long a server asks to wait: `RetryInfo` in a `google.rpc.Status` (OTLP 1.11, "OTLP/gRPC Throttling"). */

export const RETRY_DELAY_MS_MAX = 300_000
/** Where a delay is told that is nothing, or can't be read: asked again at once, a server in need of rest would get none. */
const UNTOLD_MS = 1_000
const TYPE = 'google.rpc.RetryInfo'
/** Tags of `Any.value`, `RetryInfo.retry_delay`, `Duration.seconds`, `Duration.nanos`. */
const VALUE = 0x12
const DELAY = 0x0a
const SECONDS = 0x08
const NANOS = 0x10

/** Milliseconds, at most {@link RETRY_DELAY_MS_MAX}; undefined where the status says nothing of waiting. */
export function retryDelayMs(status: Buffer): number | undefined {
  const type = status.indexOf(TYPE)
  if (type < 0) return undefined
  const [value, , delay, length = 0, ...duration] = status.subarray(type + TYPE.length)
  if (value !== VALUE || delay !== DELAY) return UNTOLD_MS
  let ms = 0
  for (let at = 0; at < length; ) {
    const tag = duration[at++]
    let number = 0
    let byte = 0x80
    for (let factor = 1; byte >= 0x80; factor *= 0x80) {
      byte = duration[at++] ?? 0
      number += (byte & 0x7f) * factor
    }
    // Of a negative one the varint is beyond what a number holds.
    if (number > Number.MAX_SAFE_INTEGER) return UNTOLD_MS
    if (tag === SECONDS) ms += number * 1000
    if (tag === NANOS) ms += number / 1e6
  }
  return ms > 0 ? Math.min(ms, RETRY_DELAY_MS_MAX) : UNTOLD_MS
}
