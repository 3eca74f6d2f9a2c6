/** Records of one signal, encoded as they come, grouped by the resource and scope they belong to, until they make a request. */
import { noteFault } from '../../hub.ts'
import { writeAttributes } from '../encode/attributes.ts'
import { ProtoWriter } from '../encode/proto-writer.ts'
import type { ReadableResource, ReadableScope } from '../encode/readable-span.ts'

/** Of the records in `ScopeSpans` and `ScopeLogs`. */
const RECORDS_FIELD = 2
/** Groups remembered with their buffers between requests. */
const GROUPS_MAX = 64
/** A buffer that one giant record made larger than this is given back. */
const GROUP_BYTES_KEPT = 1_048_576

/** Appends a record as field `field` of what is open. */
export type Write<T> = (to: ProtoWriter, field: number, record: T) => void

interface Group {
  resource: ReadableResource
  scope: ReadableScope
  /** `ScopeSpans` or `ScopeLogs` without their length: the scope, then the records. */
  records: ProtoWriter
  /** Bytes of the scope at its beginning. */
  headBytes: number
}

export interface Request {
  body: Uint8Array
  count: number
}

export class Batch {
  count = 0
  bytes = 0
  private groups: Group[] = []
  private last: Group | undefined

  /** @param write appends the record as field 2 of what is open */
  add<T>(resource: ReadableResource, scope: ReadableScope, write: Write<T>, record: T): void {
    const { records } = this.groupOf(resource, scope)
    const before = records.length
    try {
      write(records, RECORDS_FIELD, record)
    } catch (error) {
      // Half a record would make the whole request undecodable.
      records.truncate(before)
      throw error
    }
    this.count++
    this.bytes += records.length - before
  }

  /** Whether a resource still waits for what its detectors find. */
  get isEarly(): boolean {
    return this.groups.some(({ resource }) => resource.asyncAttributesPending === true)
  }

  /** Everything added so far as one request; the batch is empty after that. */
  take(): Request {
    const out = new ProtoWriter(this.bytes + 4_096)
    const open = this.groups.filter(({ records, headBytes }) => records.length > headBytes)
    for (const resource of new Set(open.map((group) => group.resource))) {
      const message = out.open(1)
      const head = out.open(1)
      writeAttributes(out, 1, resource.attributes)
      out.close(head)
      for (const group of open) if (group.resource === resource) writeGroup(out, group)
      if (resource.schemaUrl) {
        out.tag(3, 2)
        out.text(resource.schemaUrl)
      }
      out.close(message)
    }
    const request = { body: out.written(), count: this.count }
    this.reset()
    return request
  }

  private reset(): void {
    this.groups =
      this.groups.length > GROUPS_MAX ? [] : this.groups.filter(({ records }) => records.capacity <= GROUP_BYTES_KEPT)
    for (const { records, headBytes } of this.groups) records.truncate(headBytes)
    this.last = undefined
    this.count = 0
    this.bytes = 0
  }

  private groupOf(resource: ReadableResource, scope: ReadableScope): Group {
    const { last } = this
    if (last !== undefined && last.scope === scope && last.resource === resource) return last
    const found = this.groups.find((group) => group.scope === scope && group.resource === resource)
    this.last = found ?? this.openGroup(resource, scope)
    return this.last
  }

  private openGroup(resource: ReadableResource, scope: ReadableScope): Group {
    const records = new ProtoWriter()
    const head = records.open(1)
    records.tag(1, 2)
    records.text(scope.name)
    if (scope.version) {
      records.tag(2, 2)
      records.text(scope.version)
    }
    records.close(head)
    if (resource.asyncAttributesPending) resource.waitForAsyncAttributes?.().catch(noteFault)
    const group = { resource, scope, records, headBytes: records.length }
    this.groups.push(group)
    return group
  }
}

function writeGroup(out: ProtoWriter, { records, scope }: Group): void {
  const message = out.open(2)
  out.raw(records.written())
  if (scope.schemaUrl) {
    out.tag(3, 2)
    out.text(scope.schemaUrl)
  }
  out.close(message)
}
