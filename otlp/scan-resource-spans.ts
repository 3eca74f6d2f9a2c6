/** Puts a resource, its scopes and their spans onto the tape, in whatever order they come on the wire. */
import { ITEMS_PER_REQUEST_MAX, REPEATED_BYTES_PER_REQUEST_MAX } from './limits.ts'
import { type RequestScan, TooMuch } from './request-scan.ts'
import { beginOwner, checkText, scanAttribute } from './scan-attributes.ts'
import { ABSENT } from './scan-ids.ts'
import { scanSpan } from './scan-span.ts'
import type { ResourceColumns, ScopeColumns } from './tape.ts'
import { knownFields, LEN, passUnknown, readField, tagOf, VARINT } from './wire/scan.ts'

// opentelemetry.proto.trace.v1.ResourceSpans, Resource, ScopeSpans, InstrumentationScope
const RESOURCE = tagOf(1, LEN)
const SCOPE_SPANS = tagOf(2, LEN)
const RESOURCE_SCHEMA_URL = tagOf(3, LEN)
const RESOURCE_SPANS_FIELDS = knownFields(1, 2, 3)
const RESOURCE_ATTRIBUTE = tagOf(1, LEN)
const RESOURCE_DROPPED = tagOf(2, VARINT)
const RESOURCE_FIELDS = knownFields(1, 2)
const SCOPE = tagOf(1, LEN)
const SPAN = tagOf(2, LEN)
const SCOPE_SCHEMA_URL = tagOf(3, LEN)
const SCOPE_SPANS_FIELDS = knownFields(1, 2, 3)
const SCOPE_NAME = tagOf(1, LEN)
const SCOPE_VERSION = tagOf(2, LEN)
const SCOPE_ATTRIBUTE = tagOf(3, LEN)
const SCOPE_DROPPED = tagOf(4, VARINT)
const SCOPE_FIELDS = knownFields(1, 2, 3, 4)

/** The resource first, wherever it stands; then its scopes. A resource without a span that stays is taken off again. */
export function scanResourceSpans(scan: RequestScan, at: number, end: number): void {
  const { resources, attributes, spans } = scan.tape
  const spansBefore = spans.length
  const attributesBefore = attributes.length
  const row = resources.add()
  const cells = resources.at
  cells.attributes[row] = attributesBefore
  cells.dropped[row] = 0
  cells.schemaUrlStart[row] = ABSENT
  cells.schemaUrlEnd[row] = ABSENT
  beginOwner(scan, 0)
  scan.resourceBytes = 0
  let firstScope = end
  let position = at
  while (position < end) {
    const field = position
    position = readField(scan, position, end)
    switch (scan.tag) {
      case RESOURCE:
        scan.resourceBytes += position - field
        scanResource(scan, resources, row, scan.start, position)
        break
      case SCOPE_SPANS:
        if (firstScope === end) firstScope = field
        break
      case RESOURCE_SCHEMA_URL:
        cells.schemaUrlStart[row] = scan.start
        cells.schemaUrlEnd[row] = scan.stop
        checkText(scan)
        break
      default:
        passUnknown(scan, RESOURCE_SPANS_FIELDS)
    }
  }
  cells.attributeCount[row] = attributes.length - attributesBefore
  const fault = scan.fault
  for (position = firstScope; position < end; ) {
    position = readField(scan, position, end)
    if (scan.tag === SCOPE_SPANS) scanScopeSpans(scan, row, fault, scan.start, position)
  }
  if (spans.length === spansBefore) {
    resources.length = row
    attributes.length = attributesBefore
  }
}

function scanResource(scan: RequestScan, resources: ResourceColumns, row: number, at: number, end: number): void {
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    if (scan.tag === RESOURCE_ATTRIBUTE) scanAttribute(scan, scan.start, position)
    else if (scan.tag === RESOURCE_DROPPED) resources.at.dropped[row] = scan.value
    else passUnknown(scan, RESOURCE_FIELDS)
  }
}

/** The scope first, wherever it stands; then its spans. A scope without a span that stays is taken off again. */
function scanScopeSpans(scan: RequestScan, resource: number, fault: number, at: number, end: number): void {
  const { scopes, attributes, spans } = scan.tape
  const spansBefore = spans.length
  const attributesBefore = attributes.length
  const row = scopes.add()
  clearScope(scopes, row, resource, attributesBefore)
  const cells = scopes.at
  beginOwner(scan, fault)
  scan.scopeBytes = 0
  let firstSpan = end
  let position = at
  while (position < end) {
    const field = position
    position = readField(scan, position, end)
    switch (scan.tag) {
      case SCOPE:
        scan.scopeBytes += position - field
        scanScope(scan, scopes, row, scan.start, position)
        break
      case SPAN:
        if (firstSpan === end) firstSpan = field
        break
      case SCOPE_SCHEMA_URL:
        cells.schemaUrlStart[row] = scan.start
        cells.schemaUrlEnd[row] = scan.stop
        checkText(scan)
        break
      default:
        passUnknown(scan, SCOPE_SPANS_FIELDS)
    }
  }
  cells.attributeCount[row] = attributes.length - attributesBefore
  scanSpans(scan, row, scan.fault, firstSpan, end)
  if (spans.length === spansBefore) {
    scopes.length = row
    attributes.length = attributesBefore
  }
}

function clearScope(scopes: ScopeColumns, row: number, resource: number, attributes: number): void {
  const cells = scopes.at
  cells.resource[row] = resource
  cells.nameStart[row] = ABSENT
  cells.nameEnd[row] = ABSENT
  cells.versionStart[row] = ABSENT
  cells.versionEnd[row] = ABSENT
  cells.attributes[row] = attributes
  cells.dropped[row] = 0
  cells.schemaUrlStart[row] = ABSENT
  cells.schemaUrlEnd[row] = ABSENT
}

function scanScope(scan: RequestScan, scopes: ScopeColumns, row: number, at: number, end: number): void {
  const cells = scopes.at
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    switch (scan.tag) {
      case SCOPE_NAME:
        cells.nameStart[row] = scan.start
        cells.nameEnd[row] = scan.stop
        checkText(scan)
        break
      case SCOPE_VERSION:
        cells.versionStart[row] = scan.start
        cells.versionEnd[row] = scan.stop
        checkText(scan)
        break
      case SCOPE_ATTRIBUTE:
        scanAttribute(scan, scan.start, position)
        break
      case SCOPE_DROPPED:
        cells.dropped[row] = scan.value
        break
      default:
        passUnknown(scan, SCOPE_FIELDS)
    }
  }
}

/** The spans of a scope, from the first one on. */
function scanSpans(scan: RequestScan, scope: number, ownerFault: number, at: number, end: number): void {
  const tape = scan.tape
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    if (scan.tag !== SPAN) continue
    const ordinal = scan.spans++
    if (scan.spans > scan.spansMax) {
      throw new TooMuch('too_many_spans', `more than ${scan.spansMax} spans in one request; send them in smaller ones`)
    }
    const fault = scanSpan(scan, tape, scan.times, scope, ownerFault, scan.start, position)
    if (fault !== 0) {
      scan.rejections.add(fault, ordinal)
      checkItems(scan)
    } else checkTotals(scan)
  }
}

/** Bounds what the tape holds. The keys of spans that were rejected stay numbered, and count too. */
function checkItems(scan: RequestScan): void {
  const { attributes, events, links, keys } = scan.tape
  const kept = attributes.length + scan.elements + events.length + links.length
  if (Math.max(kept, keys.length) <= ITEMS_PER_REQUEST_MAX) return
  const what = `more than ${ITEMS_PER_REQUEST_MAX} attributes, list elements, events and links in one request`
  throw new TooMuch('too_large', what)
}

/** Bounds what the tape holds, and what a block of these spans will hold. */
function checkTotals(scan: RequestScan): void {
  checkItems(scan)
  scan.repeatedBytes += scan.resourceBytes + scan.scopeBytes
  if (scan.repeatedBytes > REPEATED_BYTES_PER_REQUEST_MAX) {
    const what = `resources and scopes of more than ${REPEATED_BYTES_PER_REQUEST_MAX} bytes, counted once for each of their spans`
    throw new TooMuch('too_large', what)
  }
}
