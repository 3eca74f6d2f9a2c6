/** What failed, by what failed: groups of errors, those that hurt most first, and what people say of them. */
import { useErrors } from '../api/queries.ts'
import type { ErrorGroups } from '../api/types.ts'
import { useSteadyError } from '../api/use-steady-error.ts'
import { formatCount } from '../format/number.ts'
import { ProblemView, StaleNotice } from '../parts/problem-view.tsx'
import { useNow } from '../parts/use-now.ts'
import { useTitle } from '../parts/use-title.ts'
import { navigate } from '../routing/location.ts'
import { errorsPath } from '../routing/routes.ts'
import { ErrorRow } from './error-row.tsx'
import { ERROR_RANGES, errorsQuestion, formatShown, parseShown, type Shown, STATES } from './question.ts'

const TICK_MS = 5_000

export function ErrorsPage({ search }: { search: string }) {
  useTitle('Errors')
  const shown = parseShown(search)
  const asked = useErrors(errorsQuestion(shown))
  const { data, refetch } = asked
  const error = useSteadyError(asked)
  return (
    <>
      <h1 className="unseen">Errors</h1>
      <ErrorFilters shown={shown} onChange={(next) => navigate(errorsPath(formatShown(next)))} />
      {error && data && <StaleNotice error={error} />}
      {error && !data && <ProblemView error={error} retry={refetch} />}
      {!error && !data && <div className="skeleton skeleton-block" />}
      {data && data.errors.length === 0 && <p className="notice muted">Nothing failed so in the last {shown.range}.</p>}
      {data && data.errors.length > 0 && <ErrorTable groups={data} shown={shown} />}
    </>
  )
}

function ErrorFilters({ shown, onChange }: { shown: Shown; onChange: (shown: Shown) => void }) {
  const toggle = (state: Shown['states'][number]) => {
    const states = STATES.filter((one) => (one === state) !== shown.states.includes(one))
    onChange({ ...shown, states })
  }
  return (
    <search className="filters">
      <div className="filter-row">
        <fieldset className="segments">
          <legend className="unseen">Range</legend>
          {ERROR_RANGES.map((range) => (
            <button
              type="button"
              key={range}
              aria-pressed={range === shown.range}
              onClick={() => onChange({ ...shown, range })}
            >
              {range}
            </button>
          ))}
        </fieldset>
        <fieldset className="segments">
          <legend className="unseen">State</legend>
          {STATES.map((state) => (
            <button type="button" key={state} aria-pressed={shown.states.includes(state)} onClick={() => toggle(state)}>
              {state}
            </button>
          ))}
        </fieldset>
      </div>
    </search>
  )
}

function ErrorTable({ groups, shown }: { groups: ErrorGroups; shown: Shown }) {
  const nowMs = useNow(TICK_MS)
  const { errors, total, total_executions: executions, meta } = groups
  return (
    <section aria-label="Groups of errors">
      <p className="errors-head">
        <strong>{formatCount(total)}</strong> {total === 1 ? 'group' : 'groups'}, {formatCount(executions)}{' '}
        {executions === 1 ? 'execution' : 'executions'}
        {total > errors.length && <span className="muted"> · {errors.length} of most impact shown</span>}
      </p>
      <table className="errors">
        <thead>
          <tr>
            <th scope="col">Error</th>
            <th scope="col">State</th>
            <th scope="col" className="errors-figure">
              Executions
            </th>
            <th scope="col">{shown.range}</th>
            <th scope="col" className="errors-figure">
              Users
            </th>
            <th scope="col" className="errors-figure">
              Workflows
            </th>
            <th scope="col">Seen</th>
          </tr>
        </thead>
        <tbody>
          {errors.map((group) => (
            <ErrorRow key={group.fingerprint} group={group} range={shown.range} to={meta.to} nowMs={nowMs} />
          ))}
        </tbody>
      </table>
    </section>
  )
}
