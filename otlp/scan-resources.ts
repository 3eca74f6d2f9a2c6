/**
 * Puts a resource, its scopes and their items (spans, log records, metrics) onto the tape, in whatever order they come on the wire. The messages
 * between request and item have the same fields under the same numbers for every signal.
 */
import type { RequestScan } from './request-scan.ts'
import { beginOwner, checkText, scanAttribute } from './scan-attributes.ts'
import { ABSENT } from './scan-ids.ts'
import type { ResourceColumns, ScopeColumns } from './tape.ts'
import { knownFields, LEN, passUnknown, readField, tagOf, VARINT } from './wire/scan.ts'

// ResourceSpans, ResourceLogs and ResourceMetrics, Resource, ScopeSpans, ScopeLogs and ScopeMetrics, InstrumentationScope
const RESOURCE = tagOf(1, LEN)
const SCOPE_ITEMS = tagOf(2, LEN)
const RESOURCE_SCHEMA_URL = tagOf(3, LEN)
const RESOURCE_ITEMS_FIELDS = knownFields(1, 2, 3)
const RESOURCE_ATTRIBUTE = tagOf(1, LEN)
const RESOURCE_DROPPED = tagOf(2, VARINT)
const RESOURCE_FIELDS = knownFields(1, 2)
const SCOPE = tagOf(1, LEN)
const ITEM = tagOf(2, LEN)
const SCOPE_SCHEMA_URL = tagOf(3, LEN)
const SCOPE_ITEMS_FIELDS = knownFields(1, 2, 3)
const SCOPE_NAME = tagOf(1, LEN)
const SCOPE_VERSION = tagOf(2, LEN)
const SCOPE_ATTRIBUTE = tagOf(3, LEN)
const SCOPE_DROPPED = tagOf(4, VARINT)
const SCOPE_FIELDS = knownFields(1, 2, 3, 4)

/** The resource first, wherever it stands; then its scopes. A resource without an item that stays is taken off again. */
export function scanResourceItems(scan: RequestScan, at: number, end: number): void {
  const { resources, attributes } = scan.tape
  const { rows } = scan.items
  const itemsBefore = rows.length
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
      case SCOPE_ITEMS:
        if (firstScope === end) firstScope = field
        break
      case RESOURCE_SCHEMA_URL:
        cells.schemaUrlStart[row] = scan.start
        cells.schemaUrlEnd[row] = scan.stop
        checkText(scan)
        break
      default:
        passUnknown(scan, RESOURCE_ITEMS_FIELDS)
    }
  }
  cells.attributeCount[row] = attributes.length - attributesBefore
  const fault = scan.fault
  for (position = firstScope; position < end; ) {
    position = readField(scan, position, end)
    if (scan.tag === SCOPE_ITEMS) scanScopeItems(scan, row, fault, scan.start, position)
  }
  if (rows.length === itemsBefore) {
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

/** The scope first, wherever it stands; then its items. A scope without an item that stays is taken off again. */
function scanScopeItems(scan: RequestScan, resource: number, fault: number, at: number, end: number): void {
  const { scopes, attributes } = scan.tape
  const { rows } = scan.items
  const itemsBefore = rows.length
  const attributesBefore = attributes.length
  const row = scopes.add()
  clearScope(scopes, row, resource, attributesBefore)
  const cells = scopes.at
  beginOwner(scan, fault)
  scan.scopeBytes = 0
  let firstItem = end
  let position = at
  while (position < end) {
    const field = position
    position = readField(scan, position, end)
    switch (scan.tag) {
      case SCOPE:
        scan.scopeBytes += position - field
        scanScope(scan, scopes, row, scan.start, position)
        break
      case ITEM:
        if (firstItem === end) firstItem = field
        break
      case SCOPE_SCHEMA_URL:
        cells.schemaUrlStart[row] = scan.start
        cells.schemaUrlEnd[row] = scan.stop
        checkText(scan)
        break
      default:
        passUnknown(scan, SCOPE_ITEMS_FIELDS)
    }
  }
  cells.attributeCount[row] = attributes.length - attributesBefore
  scanItems(scan, row, scan.fault, firstItem, end)
  if (rows.length === itemsBefore) {
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

/** The items of a scope, from the first one on. */
function scanItems(scan: RequestScan, scope: number, ownerFault: number, at: number, end: number): void {
  const { scanMember } = scan.items
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    if (scan.tag === ITEM) scanMember(scan, scope, ownerFault, scan.start, position)
  }
}
