/** The head of an execution's page: status, identity, times. */
import { isFinal } from '@runlens/conventions'
import type { ExecutionDetail } from '../api/types.ts'
import type { TextFilter } from '../filters/filters.ts'
import { formatDuration } from '../format/duration.ts'
import { formatCount } from '../format/number.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Fact } from '../parts/fact.tsx'
import { StatusPill } from '../parts/status-pill.tsx'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/when.tsx'
import { FilterLink } from './filter-link.tsx'

export function Summary({ execution, nowMs }: { execution: ExecutionDetail; nowMs: number }) {
  const { status, workflow_name, workflow_id, execution_id, instances } = execution
  return (
    <header className="summary">
      <div className="summary-title">
        <StatusPill status={status} />
        <h1>
          <Text value={workflow_name ?? workflow_id ?? execution_id} />
        </h1>
        {execution.overdue && <span className="flag">overdue</span>}
        <span className="summary-id">
          <code>
            <Text value={execution_id} />
          </code>
          <CopyButton text={execution_id} />
        </span>
      </div>
      <Times execution={execution} nowMs={nowMs} />
      <Identity execution={execution} />
      {instances.length > 1 && (
        <p className="stale">
          {instances.length} emitters gave this id. This is the one of{' '}
          {execution.instance === null ? 'the emitter that names no instance' : <Text value={execution.instance} />}.
        </p>
      )}
    </header>
  )
}

function Times({ execution, nowMs }: { execution: ExecutionDetail; nowMs: number }) {
  const { started_at, ended_at, last_seen_at, queue_ms, progress, step_count, failed_steps } = execution
  const isOpen = !isFinal(execution.status)
  const runsForMs = Math.max(0, Math.floor((nowMs - Date.parse(started_at)) / 1000) * 1000)
  return (
    <dl className="facts facts-large">
      <Fact name="Duration">
        {execution.duration_ms === null && isOpen
          ? `${formatDuration(runsForMs)} …`
          : formatDuration(execution.duration_ms)}
      </Fact>
      <Fact name="Started">
        <When iso={started_at} nowMs={nowMs} withClock />
      </Fact>
      {ended_at !== null && (
        <Fact name="Ended">
          <When iso={ended_at} nowMs={nowMs} withClock />
        </Fact>
      )}
      {ended_at === null && (
        <Fact name="Last heard of">
          <When iso={last_seen_at} nowMs={nowMs} withClock />
        </Fact>
      )}
      {queue_ms !== null && <Fact name="Waited in queue">{formatDuration(queue_ms)}</Fact>}
      {isOpen && progress !== null && (
        <Fact name="Progress">{Math.round(progress <= 1 ? progress * 100 : progress)} %</Fact>
      )}
      <Fact name="Steps">
        {formatCount(step_count)}
        {failed_steps > 0 && <span className="bad"> · {formatCount(failed_steps)} failed</span>}
      </Fact>
    </dl>
  )
}

function Identity({ execution }: { execution: ExecutionDetail }) {
  const { kind, provider, instance, workflow_id, version, environment, service, mode, attempt, trace_id } = execution
  return (
    <dl className="facts">
      <Fact name="Kind">{kind}</Fact>
      {provider !== null && <LinkedFact name="Provider" filter="provider" value={provider} />}
      {workflow_id !== null && <LinkedFact name="Workflow id" filter="workflow_id" value={workflow_id} />}
      {version !== null && <LinkedFact name="Version" filter="version" value={version} />}
      <LinkedFact name="Environment" filter="environment" value={environment} />
      {service !== null && <LinkedFact name="Service" filter="service" value={service} />}
      {instance !== null && <LinkedFact name="Instance" filter="instance" value={instance} />}
      {mode !== null && <LinkedFact name="Mode" filter="mode" value={mode} />}
      {attempt !== null && <Fact name="Attempt">{attempt}</Fact>}
      {execution.user_id !== null && <LinkedFact name="User" filter="user_id" value={execution.user_id} />}
      {execution.conversation_id !== null && (
        <LinkedFact name="Conversation" filter="conversation_id" value={execution.conversation_id} />
      )}
      {execution.database_type !== null && (
        <LinkedFact name="Database" filter="database_type" value={execution.database_type} />
      )}
      {execution.rows_returned !== null && <Fact name="Rows returned">{formatCount(execution.rows_returned)}</Fact>}
      {execution.status_code !== null && (
        <Fact name="Response status">
          <Text value={execution.status_code} />
        </Fact>
      )}
      <Fact name={execution.segments.length > 1 ? `Trace (last of ${execution.segments.length})` : 'Trace'}>
        <a href={`/api/v1/traces/${encodeURIComponent(trace_id)}`} title="The trace as OTLP/JSON">
          <code>{trace_id.slice(0, 12)}…</code>
        </a>{' '}
        <CopyButton text={trace_id} />
      </Fact>
    </dl>
  )
}

function LinkedFact({ name, filter, value }: { name: string; filter: TextFilter; value: string }) {
  return (
    <Fact name={name}>
      <FilterLink filter={filter} value={value} />
    </Fact>
  )
}
