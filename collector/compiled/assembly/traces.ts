/** Indexes an ExportTraceServiceRequest, as `otlp/scan-resources.ts` and `otlp/count-items.ts` do. */
import {
  attributeCount,
  attributesAndElements,
  beginAttributes,
  beginOwner,
  checkText,
  cutAttributes,
  ownAttributes,
  scanAttribute,
} from './attributes'
import { clearKeys } from './keys'
import { RESOURCES_MAX, SCOPES_MAX } from './layout'
import { beginSpans, eventCount, linkCount, scanSpan, spanCount } from './spans'
import * as t from './tables'
import { LEN, leave, passUnknown, readField, start, stop, tag, VARINT, value } from './wire'

// ExportTraceServiceRequest, ResourceSpans, Resource, ScopeSpans, InstrumentationScope
const RESOURCE_ITEMS: i32 = (1 << 3) | LEN
const REQUEST_FIELDS: u32 = 0b10
const RESOURCE: i32 = (1 << 3) | LEN
const SCOPE_ITEMS: i32 = (2 << 3) | LEN
const SCHEMA_URL: i32 = (3 << 3) | LEN
const ITEMS_FIELDS: u32 = 0b1110
const RESOURCE_ATTRIBUTE: i32 = (1 << 3) | LEN
const RESOURCE_DROPPED: i32 = (2 << 3) | VARINT
const RESOURCE_FIELDS: u32 = 0b110
const SCOPE: i32 = (1 << 3) | LEN
const ITEM: i32 = (2 << 3) | LEN
const SCOPE_NAME: i32 = (1 << 3) | LEN
const SCOPE_VERSION: i32 = (2 << 3) | LEN
const SCOPE_ATTRIBUTE: i32 = (3 << 3) | LEN
const SCOPE_DROPPED: i32 = (4 << 3) | VARINT
const SCOPE_FIELDS: u32 = 0b11110

const ABSENT: i32 = -1

/** Rows in use. */
export let resourceCount: i32 = 0
export let scopeCount: i32 = 0

let itemsMax: i32 = 0
let totalMax: i32 = 0
let repeatedBytesMax: i64 = 0
/** Size of the resource and of the scope at hand, and their sum over all spans so far. */
let resourceBytes: i32 = 0
let scopeBytes: i32 = 0
let repeatedBytes: i64 = 0

/**
 * Fills the tape with what the `length` bytes of the request hold; traps where anything is wrong or too much for this way. Limits are those of
 * `otlp/limits.ts`, times in nanoseconds since the epoch.
 */
export function indexTraces(
  length: i32,
  earliest: u64,
  latest: u64,
  spansMax: i32,
  valueBytesMax: i32,
  depthMax: i32,
  attributesMax: i32,
  elementsMax: i32,
  itemsOfRequestMax: i32,
  repeatedBytesOfRequestMax: i32,
): void {
  resourceCount = 0
  scopeCount = 0
  itemsMax = spansMax
  totalMax = itemsOfRequestMax
  repeatedBytesMax = repeatedBytesOfRequestMax
  repeatedBytes = 0
  clearKeys()
  beginAttributes(valueBytesMax, depthMax, attributesMax, elementsMax)
  beginSpans(earliest, latest, attributesMax)
  let position = 0
  while (position < length) {
    position = readField(position, length)
    if (tag === RESOURCE_ITEMS) scanResourceItems(start, position)
    else passUnknown(REQUEST_FIELDS)
  }
}

/** The resource first, wherever it stands; then its scopes. One without a span is taken off again. */
function scanResourceItems(at: i32, end: i32): void {
  if (resourceCount === RESOURCES_MAX) leave()
  const number = resourceCount++
  const row = number << 2
  const spansBefore = spanCount
  const attributesBefore = attributeCount
  store<i32>(row, attributesBefore, t.RESOURCE_ATTRIBUTES)
  store<i32>(row, 0, t.RESOURCE_DROPPED)
  store<i32>(row, ABSENT, t.RESOURCE_SCHEMA_URL_START)
  store<i32>(row, ABSENT, t.RESOURCE_SCHEMA_URL_END)
  beginOwner()
  resourceBytes = 0
  let firstScope = end
  let position = at
  while (position < end) {
    const field = position
    position = readField(position, end)
    if (tag === SCOPE_ITEMS) {
      if (firstScope === end) firstScope = field
    } else if (tag === RESOURCE) {
      resourceBytes += position - field
      scanResource(row, start, position)
    } else if (tag === SCHEMA_URL) {
      store<i32>(row, start, t.RESOURCE_SCHEMA_URL_START)
      store<i32>(row, stop, t.RESOURCE_SCHEMA_URL_END)
      checkText()
    } else passUnknown(ITEMS_FIELDS)
  }
  store<i32>(row, ownAttributes(), t.RESOURCE_ATTRIBUTE_COUNT)
  for (position = firstScope; position < end; ) {
    position = readField(position, end)
    if (tag === SCOPE_ITEMS) scanScopeItems(number, start, position)
  }
  if (spanCount === spansBefore) {
    resourceCount = number
    cutAttributes(attributesBefore)
  }
}

function scanResource(row: i32, at: i32, end: i32): void {
  let position = at
  while (position < end) {
    position = readField(position, end)
    if (tag === RESOURCE_ATTRIBUTE) scanAttribute(start, position)
    else if (tag === RESOURCE_DROPPED) store<i32>(row, value, t.RESOURCE_DROPPED)
    else passUnknown(RESOURCE_FIELDS)
  }
}

/** The scope first, wherever it stands; then its spans. One without a span is taken off again. */
function scanScopeItems(resource: i32, at: i32, end: i32): void {
  if (scopeCount === SCOPES_MAX) leave()
  const number = scopeCount++
  const row = number << 2
  const spansBefore = spanCount
  const attributesBefore = attributeCount
  clearScope(row, resource)
  beginOwner()
  scopeBytes = 0
  let firstItem = end
  let position = at
  while (position < end) {
    const field = position
    position = readField(position, end)
    if (tag === ITEM) {
      if (firstItem === end) firstItem = field
    } else if (tag === SCOPE) {
      scopeBytes += position - field
      scanScope(row, start, position)
    } else if (tag === SCHEMA_URL) {
      store<i32>(row, start, t.SCOPE_SCHEMA_URL_START)
      store<i32>(row, stop, t.SCOPE_SCHEMA_URL_END)
      checkText()
    } else passUnknown(ITEMS_FIELDS)
  }
  store<i32>(row, ownAttributes(), t.SCOPE_ATTRIBUTE_COUNT)
  scanItems(number, firstItem, end)
  if (spanCount === spansBefore) {
    scopeCount = number
    cutAttributes(attributesBefore)
  }
}

function clearScope(row: i32, resource: i32): void {
  store<i32>(row, resource, t.SCOPE_RESOURCE)
  store<i32>(row, ABSENT, t.SCOPE_NAME_START)
  store<i32>(row, ABSENT, t.SCOPE_NAME_END)
  store<i32>(row, ABSENT, t.SCOPE_VERSION_START)
  store<i32>(row, ABSENT, t.SCOPE_VERSION_END)
  store<i32>(row, attributeCount, t.SCOPE_ATTRIBUTES)
  store<i32>(row, 0, t.SCOPE_DROPPED)
  store<i32>(row, ABSENT, t.SCOPE_SCHEMA_URL_START)
  store<i32>(row, ABSENT, t.SCOPE_SCHEMA_URL_END)
}

function scanScope(row: i32, at: i32, end: i32): void {
  let position = at
  while (position < end) {
    position = readField(position, end)
    if (tag === SCOPE_NAME) {
      store<i32>(row, start, t.SCOPE_NAME_START)
      store<i32>(row, stop, t.SCOPE_NAME_END)
      checkText()
    } else if (tag === SCOPE_VERSION) {
      store<i32>(row, start, t.SCOPE_VERSION_START)
      store<i32>(row, stop, t.SCOPE_VERSION_END)
      checkText()
    } else if (tag === SCOPE_ATTRIBUTE) scanAttribute(start, position)
    else if (tag === SCOPE_DROPPED) store<i32>(row, value, t.SCOPE_DROPPED)
    else passUnknown(SCOPE_FIELDS)
  }
}

/** The spans of a scope, from the first one on. */
function scanItems(scope: i32, at: i32, end: i32): void {
  let position = at
  while (position < end) {
    position = readField(position, end)
    if (tag !== ITEM) continue
    if (spanCount === itemsMax) leave()
    scanSpan(scope, start, position)
    repeatedBytes += <i64>resourceBytes + <i64>scopeBytes
    if (repeatedBytes > repeatedBytesMax || attributesAndElements() + eventCount + linkCount > totalMax) leave()
  }
}
