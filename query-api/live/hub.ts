/**
 * Who listens to what. Readers with the same scope and filter are one group, so that a change is weighed once for all of them, however many
 * they are.
 */
import type { Scope } from '../questions/question.ts'
import { type Change, type ChangeFilter, isVisible, matches } from './change.ts'
import { eventOf, type LiveEvent } from './live-event.ts'
import type { Reader } from './reader.ts'

export interface Group {
  readonly scope: Scope
  readonly filter: ChangeFilter
  readonly readers: Set<Reader>
  /** Something changed since its counts were told. */
  isStale: boolean
  /** The counts told last, as JSON. */
  told: string
}

export class Hub {
  /** By tenant, then by scope and filter as JSON. */
  readonly #groups = new Map<string, Map<string, Group>>()
  #readers = 0

  get readers(): number {
    return this.#readers
  }

  join(reader: Reader, scope: Scope, filter: ChangeFilter): Group {
    const ofTenant = this.#groups.get(scope.tenant) ?? new Map<string, Group>()
    this.#groups.set(scope.tenant, ofTenant)
    const key = keyOf(scope, filter)
    const group = ofTenant.get(key) ?? { scope, filter, readers: new Set(), isStale: false, told: '' }
    ofTenant.set(key, group)
    group.readers.add(reader)
    this.#readers += 1
    return group
  }

  leave(reader: Reader, group: Group): void {
    if (!group.readers.delete(reader)) return
    this.#readers -= 1
    if (group.readers.size > 0) return
    const { tenant } = group.scope
    const ofTenant = this.#groups.get(tenant)
    ofTenant?.delete(keyOf(group.scope, group.filter))
    if (ofTenant?.size === 0) this.#groups.delete(tenant)
  }

  tell(change: Change): void {
    const ofTenant = this.#groups.get(change.tenant)
    if (!ofTenant) return
    let event: LiveEvent | undefined
    for (const group of ofTenant.values()) {
      if (!isVisible(change, group.scope)) continue
      group.isStale = true
      if (!matches(change, group.filter)) continue
      event ??= eventOf(change)
      for (const reader of group.readers) reader.push(event)
    }
  }

  /** Tells all readers of a tenant what is not about one execution; those who see only their own are left out. */
  announce(tenant: string, event: LiveEvent): void {
    for (const group of this.#groups.get(tenant)?.values() ?? []) {
      if (group.scope.owner === undefined) for (const reader of group.readers) reader.push(event)
    }
  }

  *groups(): Iterable<Group> {
    for (const ofTenant of this.#groups.values()) yield* ofTenant.values()
  }

  *allReaders(): Iterable<Reader> {
    for (const group of this.groups()) yield* group.readers
  }
}

function keyOf({ owner, unowned }: Scope, filter: ChangeFilter): string {
  return JSON.stringify([owner, unowned, filter])
}
