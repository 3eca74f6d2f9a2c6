/** The statement that asks for an erasure: ClickHouse makes the hash of its subject, so that the subject itself is stored nowhere. */
import { ERASURES, type ErasureTarget, instanceSubject, subjectHash } from '@runlens/clickhouse'
import type { Scope } from '../question.ts'

export interface AskForErasure {
  id: string
  target: ErasureTarget
  /** The id of the user, conversation or execution. */
  value: string
  /** Of an execution of one instance, else ''. */
  instance: string
  nowMs: number
  suppressedUntilMs: number
}

export function askForErasure({ tenant }: Scope, asked: AskForErasure) {
  const { id, target, value, instance, nowMs: now, suppressedUntilMs: until } = asked
  const text =
    target === 'instance_execution' ? instanceSubject('{value:String}', '{instance:String}') : '{value:String}'
  return {
    query: `INSERT INTO ${ERASURES.name} (tenant, id, target, subject_hash, state, requested_at, suppressed_until, erased_json)
SELECT {tenant:String}, {id:String}, {target:String}, ${subjectHash(text)}, 'queued',
  fromUnixTimestamp64Milli({now:Int64}, 'UTC'), fromUnixTimestamp64Milli({until:Int64}, 'UTC'), '{}'`,
    query_params: { tenant, id, target, value, instance, now, until },
  }
}
