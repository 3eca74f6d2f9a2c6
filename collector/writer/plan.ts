/** Boundaries of a batch: which records, and one insert for each table and day in them. */
import type { Plan, PlannedInsert } from '../spool/checkpoint.ts'
import type { SpoolRecord } from '../spool/record.ts'
import type { Spool } from '../spool/spool.ts'

/** Inserts of a batch, and of one that others may still join: twice as many fit the checkpoint's reserve several times over. */
export const INSERTS_MAX = 300

/**
 * A batch of these records, or of the first of them, where all of them have too many days. Newest days first: what happens now does not
 * wait behind late data of many days.
 * @param records at least one, in order
 */
export function planOf(records: readonly SpoolRecord[]): Plan {
  const first = records[0]!.sequence
  let last = first
  const parts = new Map<string, { table: string; day: number }>()
  for (const { sequence, blocks } of records) {
    const fresh = new Map(blocks.map(({ table, day }) => [`${table} ${day}`, { table, day }]))
    for (const key of parts.keys()) fresh.delete(key)
    if (sequence > first && parts.size + fresh.size > INSERTS_MAX) break
    for (const [key, part] of fresh) parts.set(key, part)
    last = sequence
  }
  const inserts = [...parts.values()].map((part) => ({ ...part, first, last }))
  return { first, last, inserts: inserts.sort((a, b) => b.day - a.day) }
}

/** One batch of two that follow each other; of all inserts the newest days first again. */
export function joined(plan: Plan, next: Plan): Plan {
  const inserts = [...next.inserts, ...plan.inserts].sort((a, b) => b.day - a.day)
  return { first: plan.first, last: next.last, inserts }
}

/** The insert's name towards ClickHouse: equal for equal boundaries in the same round of the same spool, for ever. */
export function tokenOf({ checkpoint }: Spool, { first, last, table, day }: PlannedInsert): string {
  return `${checkpoint.spoolId}-${checkpoint.round}-${first}-${last}-${table}-${day}`
}

/** Blocks of an insert, in order, with the record each came from. */
export function blocksOf(insert: PlannedInsert, records: readonly SpoolRecord[]) {
  return records
    .filter(({ sequence }) => sequence >= insert.first && sequence <= insert.last)
    .flatMap((record) =>
      record.blocks
        .filter(({ table, day }) => table === insert.table && day === insert.day)
        .map((block) => ({ record, block })),
    )
}

/** Two inserts in place of one, cut between the records that have a part in it; undefined where only one has. */
export function halves(insert: PlannedInsert, records: readonly SpoolRecord[]): PlannedInsert[] | undefined {
  const sequences = blocksOf(insert, records).map(({ record }) => record.sequence)
  if (sequences.length < 2) return undefined
  const middle = sequences[sequences.length >> 1]!
  return [
    { ...insert, last: middle - 1 },
    { ...insert, first: middle },
  ]
}
