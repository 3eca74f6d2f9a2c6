/**
 * When records that ClickHouse has acknowledged are given to it again.
 *
 * ClickHouse does not wait for the disk at an insert, so a power loss may take what it acknowledged a moment ago, while it still
 * knows the token and ignores a repetition. Killed processes lose nothing: the system writes their files. Therefore the boot
 * of the machine decides, and nothing has to be counted. A row that ClickHouse still has is replaced by its repetition.
 */
import { randomBytes } from 'node:crypto'
import type { Checkpoint } from './checkpoint.ts'

/** The beginning, for a spool of which no checkpoint is left: all its records are to be given to ClickHouse. */
export function firstCheckpoint(spoolId: string, boot: string | null): Checkpoint {
  return { spoolId, round: newRound(), boot, acknowledged: 0, plan: null }
}

/** Whether the machine was started anew since the checkpoint was written; false where the system does not tell. */
export function isOfEarlierBoot(checkpoint: Checkpoint, boot: string | null): boolean {
  return boot !== null && checkpoint.boot !== null && checkpoint.boot !== boot
}

/**
 * Everything that is still there, from the sequence `first` on, counts as not acknowledged, under new tokens. The batch in hand is
 * given up: ClickHouse may have lost parts of it, too.
 */
export function nextRound(checkpoint: Checkpoint, boot: string | null, first: number): Checkpoint {
  const acknowledged = Math.min(checkpoint.acknowledged, first - 1)
  return { spoolId: checkpoint.spoolId, round: newRound(), boot, acknowledged, plan: null }
}

function newRound(): string {
  return randomBytes(6).toString('hex')
}
