/**
 * The output of a run that is over and told of again: the span that is sent takes the place of the one before, so it must bring the output along. Of one
 * that is not known whole (it was cut, or is encrypted with a key that this server does not have) that is what is stored.
 */
import { readTraceRanges } from '@runlens/clickhouse'
import { toldOutput } from '../questions/history/told-output.ts'
import type { Scope } from '../questions/question.ts'
import { readStored } from '../read-stored.ts'
import type { Runner } from '../run.ts'
import type { RunState } from './run-state.ts'

/** @returns null where the span tells none */
export async function keptOutput(
  runner: Pick<Runner, 'read'>,
  scope: Scope,
  { traceId, spanId }: RunState,
): Promise<string | null> {
  const [place] = await runner.read((client) => readTraceRanges(client, scope.tenant, [traceId]))
  const [told] = place ? await readStored(runner, toldOutput(scope, place, spanId)) : []
  return told?.output || null
}
