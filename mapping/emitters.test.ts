/**
 * Emitters of which no recording is at hand: payloads written by hand, after the emitter's source or the conventions that it follows. They hold
 * what we believe these send; a recording would hold what they do.
 */
import { describe, expect, it } from 'vitest'
import { explain, type SpanParts, spanId, spansRequest } from '../test/kit/explain.ts'
import type { Explanation } from './index.ts'

function settled(spans: SpanParts[], resource: Record<string, string> = {}): Explanation {
  return explain({ traces: spansRequest(spans, resource) })
}

function became({ spans }: Explanation): string[][] {
  return spans.map(({ name, became: what, execution_id }) => [name, what, execution_id ?? ''])
}

function field({ spans }: Explanation, id: string, name: string): string | undefined {
  return spans.find(({ span_id }) => span_id === spanId(id))!.fields.find((each) => each.field === name)?.value
}

const RUN = 'scheduled__2026-11-23T00:00:00+00:00'

describe('Airflow, written by hand', () => {
  it('2.10: the DAG run is a pipeline, tasks are its steps, attempts are told', () => {
    const told = settled([
      {
        id: 'a',
        name: 'billing',
        attributes: {
          'airflow.category': 'DAG runs',
          'airflow.dag_run.dag_id': 'billing',
          'airflow.dag_run.run_id': RUN,
          'airflow.dag_run.state': 'failed',
          'airflow.dag_run.run_type': 'scheduled',
          'airflow.dag_version.version': '2',
          'airflow.dag_run.conf': '{}',
        },
      },
      {
        id: 'b',
        parent: 'a',
        name: 'load',
        at: 10,
        attributes: {
          'airflow.category': 'scheduler',
          'airflow.task.task_id': 'load',
          'airflow.task.dag_id': 'billing',
          'airflow.task.state': 'upstream_failed',
          'airflow.task.try_number': 2,
        },
      },
    ])
    expect(became(told)).toEqual([
      ['billing', 'execution', RUN],
      ['load', 'step', RUN],
    ])
    expect(told.executions).toMatchObject([
      { kind: 'pipeline', provider: 'airflow', workflow_name: 'billing', status: 'failed', instance: 'billing' },
    ])
    expect([field(told, 'a', 'mode'), field(told, 'a', 'workflow_version'), field(told, 'a', 'input')]).toEqual([
      'scheduled',
      '2',
      undefined,
    ])
    expect([field(told, 'b', 'step_name'), field(told, 'b', 'status'), field(told, 'b', 'attempt')]).toEqual([
      'load',
      'failed',
      '2',
    ])
  })

  it('3.2: runs and tasks by their names, the worker’s spans below them plain, agents in them steps', () => {
    const identity = {
      'airflow.dag_id': 'billing',
      'airflow.dag_run.run_id': RUN,
      'airflow.task_id': 'ask',
      'airflow.task_instance.try_number': 1,
    }
    const told = settled([
      {
        id: 'a',
        name: 'dag_run.billing',
        status: { code: 1 },
        attributes: {
          'airflow.dag_id': 'billing',
          'airflow.dag_run.run_id': RUN,
          'airflow.dag_run.start_date': '2026-11-23 00:00:01+00:00',
        },
      },
      {
        id: 'b',
        parent: 'a',
        name: 'task_run.ask',
        status: { code: 1 },
        attributes: { ...identity, 'airflow.task_instance.state': 'success' },
      },
      { id: 'c', parent: 'b', name: 'worker.ask', attributes: identity },
      {
        id: 'd',
        parent: 'c',
        name: 'invoke_agent helper',
        attributes: { ...identity, 'gen_ai.operation.name': 'invoke_agent' },
      },
    ])
    expect(became(told)).toEqual([
      ['dag_run.billing', 'execution', RUN],
      ['task_run.ask', 'step', RUN],
      ['worker.ask', 'span', RUN],
      ['invoke_agent helper', 'step', RUN],
    ])
    expect(told.executions).toMatchObject([{ workflow_name: 'billing', provider: 'airflow', step_count: 2 }])
    expect([field(told, 'b', 'step_name'), field(told, 'd', 'step_name')]).toEqual(['ask', 'helper'])
    expect(told.spans[3]!.provider).toBe('gen_ai')
  })

  it('runs of two DAGs with one run id are two executions, because each DAG counts for itself', () => {
    const run = (id: string, dag: string, trace: string): SpanParts => ({
      id,
      trace,
      name: `dag_run.${dag}`,
      attributes: { 'airflow.dag_id': dag, 'airflow.dag_run.run_id': RUN, 'airflow.dag_run.queued_at': 'x' },
    })
    const { executions } = settled([run('a', 'billing', 'a'), run('b', 'mails', 'b')])
    expect(executions.map(({ execution_id, instance }) => [execution_id, instance])).toEqual([
      [RUN, 'billing'],
      [RUN, 'mails'],
    ])
  })
})

describe('Temporal, written by hand', () => {
  it('TypeScript: run_id, and temporalWorkflowId with a small d at the end', () => {
    const attributes = { run_id: 'r-1', temporalWorkflowId: 'w-1' }
    const told = settled([
      { id: 'a', name: 'RunWorkflow:billing', scope: '@temporalio/interceptor-workflow', attributes },
      { id: 'b', parent: 'a', name: 'RunActivity:charge', scope: 'mine', attributes },
    ])
    expect(became(told)).toEqual([
      ['RunWorkflow:billing', 'execution', 'r-1'],
      ['RunActivity:charge', 'step', 'r-1'],
    ])
    expect(told.spans[1]!.profiles[0]).toMatchObject({ profile: 'temporal', by: ['temporalWorkflowId'] })
    expect(field(told, 'b', 'step_name')).toBe('charge')
  })

  it('Python: temporalRunID; a run is told by its beginning and its completion, which has the last word', () => {
    const attributes = { temporalWorkflowID: 'w-1', temporalRunID: 'r-1' }
    const told = settled([
      { id: 'a', name: 'RunWorkflow:billing', kind: 2, ms: 0, attributes },
      {
        id: 'b',
        name: 'CompleteWorkflow:billing',
        at: 5_000,
        ms: 0,
        attributes,
        status: { code: 2, message: 'ApplicationError: no funds' },
      },
    ])
    expect(told.spans.map(({ became: what }) => what)).toEqual(['execution', 'segment'])
    expect(told.executions).toMatchObject([
      { execution_id: 'r-1', workflow_name: 'billing', status: 'error', error_type: 'ApplicationError' },
    ])
  })
})

describe('Prefect, written by hand', () => {
  it('is grouped by the flow’s id, whatever the run is called', () => {
    const told = settled([
      {
        id: 'a',
        name: 'sassy-otter',
        scope: 'prefect',
        attributes: { 'prefect.run.type': 'flow', 'prefect.run.id': 'p-1', 'prefect.flow.id': 'f-1' },
      },
      {
        id: 'b',
        parent: 'a',
        name: 'load-0',
        scope: 'prefect',
        attributes: { 'prefect.run.type': 'task', 'prefect.run.id': 'p-2' },
        status: { code: 2, message: 'Task run encountered an exception ValueError: no' },
      },
    ])
    expect(became(told)).toEqual([
      ['sassy-otter', 'execution', 'p-1'],
      ['load-0', 'step', 'p-1'],
    ])
    expect([field(told, 'a', 'workflow_id'), field(told, 'a', 'execution_kind')]).toEqual(['f-1', 'pipeline'])
  })
})

describe('Inngest, written by hand', () => {
  it('calls of one run are segments; the ids that it puts on everything below make nothing else an execution', () => {
    const ids = { 'sdk.run.id': 'i-1', 'sys.function.id': 'fn' }
    const told = settled([
      { id: 'a', name: 'inngest.execution', scope: 'inngest', attributes: ids },
      { id: 'b', parent: 'a', name: 'GET', kind: 3, attributes: { ...ids, 'http.request.method': 'GET' } },
      { id: 'c', trace: 'b', at: 900, name: 'inngest.execution', scope: 'inngest', attributes: ids },
    ])
    expect(became(told)).toEqual([
      ['inngest.execution', 'execution', 'i-1'],
      ['GET', 'step', 'i-1'],
      ['inngest.execution', 'segment', 'i-1'],
    ])
  })
})

describe('CI/CD, written by hand', () => {
  it('a run’s id on the resource makes its root an execution, and nothing else', () => {
    const told = settled(
      [
        { id: 'a', kind: 2, name: 'RUN build', attributes: { 'cicd.pipeline.result': 'timeout' } },
        {
          id: 'b',
          parent: 'a',
          name: 'compile',
          attributes: { 'cicd.pipeline.task.name': 'compile', 'cicd.pipeline.task.run.result': 'failure' },
        },
        { id: 'c', parent: 'b', name: 'tsc' },
      ],
      { 'cicd.pipeline.run.id': '4711', 'cicd.pipeline.name': 'build' },
    )
    // The result stands on the run's own span; on the resource it would stand on all of them.
    expect(became(told)).toEqual([
      ['RUN build', 'execution', '4711'],
      ['compile', 'step', '4711'],
      ['tsc', 'span', '4711'],
    ])
    expect(told.executions).toMatchObject([{ kind: 'pipeline', workflow_name: 'build', status: 'timeout' }])
    expect(field(told, 'b', 'status')).toBe('failed')
  })

  it('the Collector’s GitHub receiver: runs by their status, jobs and steps by theirs', () => {
    const told = settled([
      {
        id: 'a',
        kind: 2,
        name: 'CI',
        attributes: { 'cicd.pipeline.name': 'CI', 'cicd.pipeline.run.status': 'cancellation' },
      },
      { id: 'b', parent: 'a', name: 'test', attributes: { 'cicd.pipeline.run.task.status': 'success' } },
      {
        id: 'c',
        parent: 'b',
        name: 'Set up job',
        attributes: { 'cicd.pipeline.task.name': 'Set up job', 'cicd.pipeline.run.task.status': 'completed' },
      },
    ])
    expect(told.spans.map(({ became: what }) => what)).toEqual(['execution', 'step', 'step'])
    expect(told.executions).toMatchObject([{ workflow_name: 'CI', status: 'cancelled' }])
    expect([field(told, 'b', 'status'), field(told, 'c', 'status')]).toEqual(['success', 'success'])
    expect(told.spans[2]!.fields.find((each) => each.field === 'status')!.from).toBe('the span has ended')
  })
})

describe('Functions, written by hand', () => {
  it('an invocation is a request if HTTP triggered it, else a job, and named by the function', () => {
    const invocation = (id: string, trace: string, trigger: string, key: string): SpanParts => ({
      id,
      trace,
      kind: 2,
      name: 'resize',
      attributes: { 'faas.trigger': trigger, [key]: `inv-${id}` },
    })
    const told = settled(
      [
        invocation('a', 'a', 'http', 'faas.invocation_id'),
        invocation('b', 'b', 'timer', 'faas.invocation_id'),
        invocation('c', 'c', 'pubsub', 'faas.execution'),
      ],
      { 'faas.name': 'resize-images' },
    )
    expect(told.executions.map(({ execution_id, kind, workflow_name }) => [execution_id, kind, workflow_name])).toEqual(
      [
        ['inv-a', 'request', 'resize-images'],
        ['inv-b', 'job', 'resize-images'],
        ['inv-c', 'job', 'resize-images'],
      ],
    )
  })

  it('one that another service called belongs to it', () => {
    const told = settled([
      { id: 'a', kind: 2, name: 'POST /images' },
      {
        id: 'b',
        parent: 'a',
        kind: 2,
        name: 'resize',
        attributes: { 'faas.trigger': 'other', 'faas.invocation_id': 'x' },
      },
    ])
    expect(told.spans.map(({ became: what }) => what)).toEqual(['execution', 'span'])
  })
})
