/** One execution: what it is, how it went, its steps in time, what went in and out. */
import { isFinal } from '@runlens/conventions'
import { useExecution, useTree, type WhichExecution } from '../api/queries.ts'
import type { ExecutionDetail } from '../api/types.ts'
import { useSteadyError } from '../api/use-steady-error.ts'
import { formatCount } from '../format/number.ts'
import { ProblemView, StaleNotice } from '../parts/problem-view.tsx'
import { useNow } from '../parts/use-now.ts'
import { useTitle } from '../parts/use-title.ts'
import { replaceParameter } from '../routing/location.ts'
import { Timeline } from '../timeline/timeline.tsx'
import { AttributesTable } from './attributes-table.tsx'
import { ErrorSection } from './error-section.tsx'
import { LinksSection } from './links-section.tsx'
import { Payload } from './payload.tsx'
import { Summary } from './summary.tsx'

const OPEN_TICK_MS = 1_000

/** @param search of the address: `spans=all`, `step=<key>` */
export function ExecutionPage({ which, search }: { which: WhichExecution; search: string }) {
  const asked = useExecution(which)
  const { data, refetch } = asked
  const error = useSteadyError(asked)
  useTitle(data ? `${data.status} · ${data.workflow_name ?? data.execution_id}` : which.executionId)
  const nowMs = useNow(OPEN_TICK_MS)
  if (!data) return error ? <ProblemView error={error} retry={refetch} /> : <PageSkeleton />
  return (
    <article className="execution">
      {error && <StaleNotice error={error} />}
      <Summary execution={data} nowMs={nowMs} />
      <ErrorSection execution={data} />
      <Steps which={which} execution={data} search={search} nowMs={nowMs} />
      <div className="payloads">
        <Payload title="Input" text={data.input} isCut={data.input_truncated} />
        <Payload title="Output" text={data.output} isCut={data.output_truncated} />
      </div>
      <LinksSection execution={data} nowMs={nowMs} />
      <section className="panel" aria-label="Attributes">
        <h2>
          Attributes <span className="count">{Object.keys(data.attributes).length}</span>
        </h2>
        <AttributesTable attributes={data.attributes} />
      </section>
    </article>
  )
}

interface StepsProps {
  which: WhichExecution
  execution: ExecutionDetail
  search: string
  nowMs: number
}

function Steps({ which, execution, search, nowMs }: StepsProps) {
  const parameters = new URLSearchParams(search)
  const withPlainSpans = parameters.get('spans') === 'all'
  const isOpen = !isFinal(execution.status)
  const asked = useTree(which, withPlainSpans, isOpen)
  const { data, refetch } = asked
  const error = useSteadyError(asked)
  return (
    <section className="panel" aria-label="Steps">
      <div className="panel-head">
        <h2>
          Steps <span className="count">{data && formatCount(data.steps.length)}</span>
        </h2>
        {(data?.meta.truncated || execution.spans_truncated) && (
          <p className="stale">Its traces have more spans than are read: steps are missing.</p>
        )}
        <label className="check">
          <input
            type="checkbox"
            checked={withPlainSpans}
            onChange={(event) => replaceParameter('spans', event.target.checked ? 'all' : null)}
          />
          Plain spans too
        </label>
      </div>
      {error && data && <StaleNotice error={error} />}
      {error && !data && <ProblemView error={error} retry={refetch} />}
      {!error && !data && <div className="skeleton skeleton-block" />}
      {data && (
        <Timeline
          steps={data.steps}
          executionMs={lengthOf(execution)}
          nowMs={nowMs - Date.parse(execution.started_at)}
          openKey={parameters.get('step')}
          onOpen={(key) => replaceParameter('step', key)}
        />
      )}
    </section>
  )
}

/** Null while it is open. One that was lost lasted until it was heard of last. */
function lengthOf({ status, duration_ms, started_at, last_seen_at }: ExecutionDetail): number | null {
  if (duration_ms !== null || !isFinal(status)) return duration_ms
  return Math.max(0, Date.parse(last_seen_at) - Date.parse(started_at))
}

function PageSkeleton() {
  return (
    <div className="execution" aria-busy="true">
      <div className="skeleton skeleton-title" />
      <div className="skeleton skeleton-block" />
      <div className="skeleton skeleton-block" />
    </div>
  )
}
