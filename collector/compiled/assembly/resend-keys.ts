/** Hashes of the spans of the tape, as `collector/resend-filter.ts` makes them: they lie in spools, so each bit counts. */
import { BODY, RESEND_KEYS } from './layout'
import { SPAN_END_TIME, SPAN_SPAN_ID, SPAN_STATUS_CODE, SPAN_TRACE_ID } from './tables'

let low: i32 = 0
let high: i32 = 0

/** Fills `RESEND_KEYS` for so many spans. @param tenantLow, tenantHigh what the hash of each begins with */
export function hashSpans(count: i32, tenantLow: i32, tenantHigh: i32): void {
  for (let span = 0; span < count; span++) {
    const row = span << 2
    low = tenantLow
    high = tenantHigh
    const traceId = load<i32>(row, SPAN_TRACE_ID)
    for (let k = 0; k < 16; k += 4) mix(load<i32>(traceId + k, BODY))
    const spanId = load<i32>(row, SPAN_SPAN_ID)
    mix(load<i32>(spanId, BODY))
    mix(load<i32>(spanId + 4, BODY))
    const end = load<i32>(row, SPAN_END_TIME)
    mix(end < 0 ? 0 : load<i32>(end, BODY))
    mix(end < 0 ? 0 : load<i32>(end + 4, BODY))
    mix(load<i32>(row, SPAN_STATUS_CODE))
    low = finish(low ^ high)
    high = finish(high * 0x9e3779b1 + low)
    // As keys in spools have it.
    store<i32>(span << 3, low === 0 ? 1 : low, RESEND_KEYS)
    store<i32>(span << 3, high, RESEND_KEYS + 4)
  }
}

function mix(value: i32): void {
  const first = (low ^ value) * 0xcc9e2d51
  const second = (high + value) * 0x1b873593
  low = rotl<i32>(first, 13) ^ second
  high = rotl<i32>(second, 17) + first
}

function finish(value: i32): i32 {
  let mixed = value
  mixed = (mixed ^ (mixed >>> 16)) * 0x85ebca6b
  mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35
  return mixed ^ (mixed >>> 16)
}
