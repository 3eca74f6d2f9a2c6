/** `GET /api/v1/executions/id/{execution_id}`: one execution in full. */
import { z } from 'zod'
import { expectedEnds } from '../expected-ends.ts'
import { lookForExecution, nobodyHas } from '../find-execution.ts'
import { findStep } from '../find-step.ts'
import { momentsOf } from '../meta.ts'
import { relatedExecutions } from '../questions/related-executions.ts'
import { executionDetailSchema } from '../schema/execution.ts'
import { instanceParameter, noRange, text } from '../schema/parameters.ts'
import { shapeDetail } from '../shape-execution.ts'
import { shapeStepAsQuery } from '../shape-step-as-query.ts'
import { QUESTION_PROBLEMS, route } from './route.ts'

export const executionPath = z.strictObject({ execution_id: text() })

export const executionDetail = route({
  path: '/api/v1/executions/id/{execution_id}',
  id: 'getExecution',
  tag: 'Executions',
  summary: 'Get one execution',
  description:
    'When several instances gave this id, the execution that started last is answered, and `instances` names them all. A database step is answered too, by `<trace id>-<span id>`, as an execution of kind query.',
  parameters: executionPath,
  query: z.strictObject({ instance: instanceParameter(), ...noRange }),
  answer: executionDetailSchema,
  problems: ['invalid_parameter', 'execution_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path, query, scope, signal, services }) => {
    const moments = momentsOf(services)
    const wanted = { executionId: path.execution_id, instance: query.instance }
    const found = await lookForExecution(services.runner, scope, wanted, moments, signal)
    if (!found) {
      const step = await findStep(services.runner, scope, path.execution_id, moments, signal)
      const isMeant = step && (query.instance === undefined || query.instance === step.row.instance)
      return isMeant ? { json: shapeStepAsQuery(step) } : nobodyHas(wanted)
    }
    const { row, traces, instances } = found
    const { execution_id, instance, parent_execution_id, retry_of, replay_of } = row
    const relative = {
      execution_id,
      instance,
      traces,
      parent_execution_id,
      retry_of,
      replay_of,
      started_ns: BigInt(row.started_ns),
    }
    const [related, expectedOf] = await Promise.all([
      services.runner.ask(relatedExecutions(scope, relative, moments.silence), signal),
      expectedEnds(services.runner, scope, [row], moments, signal),
    ])
    return { json: shapeDetail(row, related, instances, expectedOf, moments.nowNs) }
  },
})
