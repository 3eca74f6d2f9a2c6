/** `PATCH /api/v1/errors/{fingerprint}`: says that a group of errors is resolved, ignored for now, or open again. */
import { ERROR_STATES } from '@runlens/clickhouse'
import { z } from 'zod'
import { findError } from '../../errors/find-error.ts'
import { lifecycleOf } from '../../errors/lifecycle.ts'
import { type ErrorReader, readCountOfHour } from '../../errors/read-errors.ts'
import { momentsOf } from '../../meta.ts'
import type { ErrorStateRow } from '../../questions/errors/error-states.ts'
import { fingerprintPath, patchErrorSchema, patchedErrorSchema } from '../../schema/errors.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

export const patchError = route({
  method: 'patch',
  path: '/api/v1/errors/{fingerprint}',
  id: 'patchError',
  tag: 'Errors',
  summary: 'Resolve, ignore or open a group of errors',
  description:
    'A resolved group that is seen again is regressed. An ignored one is open again after until_count more executions, or after an hour with more than until_rate; without either it stays ignored.',
  parameters: fingerprintPath,
  query: z.strictObject({}),
  body: patchErrorSchema,
  answer: patchedErrorSchema,
  problems: ['error_group_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path: { fingerprint }, body, caller, scope, signal, services }) => {
    const moments = momentsOf(services)
    const reader: ErrorReader = { services, scope, moments, signal }
    await findError(reader, fingerprint)
    const said: ErrorStateRow = {
      fingerprint,
      state: body.state,
      set_ms: String(moments.nowMs),
      set_by: caller.subject ?? caller.role,
      until_count: body.until_count ?? 0,
      until_rate: body.until_rate ?? 0,
      count_before: await readCountOfHour(reader, fingerprint),
    }
    const { set_ms, ...stored } = said
    const row = { ...stored, tenant: scope.tenant, set_at: (Number(set_ms) / 1000).toFixed(3) }
    await services.runner.write((client) =>
      client.insert({ table: ERROR_STATES.name, format: 'JSONEachRow', values: [row] }),
    )
    return { json: { fingerprint, ...lifecycleOf(said, undefined) } }
  },
})
