/** The error of an execution: type, message, the step it came from, the stack on demand. */
import type { ExecutionDetail } from '../api/types.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Text } from '../parts/text.tsx'
import { FilterLink } from './filter-link.tsx'

export function ErrorSection({ execution }: { execution: ExecutionDetail }) {
  const { error_type, error_class, error_message, error_stack, failed_step, error_fingerprint } = execution
  if (error_type === null && error_message === null && error_stack === null) return null
  return (
    <section className="panel panel-error" aria-label="Error">
      <h2>
        {error_type === null ? 'Error' : <FilterLink filter="error_type" value={error_type} />}
        {error_class !== null && (
          <span className="muted">
            {' · '}
            <Text value={error_class} />
          </span>
        )}
        {failed_step !== null && (
          <span className="muted">
            {' in '}
            <FilterLink filter="failed_step" value={failed_step} />
          </span>
        )}
      </h2>
      {error_message !== null && (
        <p className="error-message">
          <Text value={error_message} />
        </p>
      )}
      {error_stack !== null && (
        <details>
          <summary>Stack</summary>
          <CopyButton text={error_stack} />
          <pre className="stack" dir="auto">
            {error_stack}
          </pre>
        </details>
      )}
      {error_fingerprint !== null && (
        <p className="muted">
          Alike: <FilterLink filter="error_fingerprint" value={error_fingerprint} />
        </p>
      )}
    </section>
  )
}
