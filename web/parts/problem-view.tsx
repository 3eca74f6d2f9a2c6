/** Why an answer is missing: what the API said, under which id its log says more, and a way to ask again. */
import { ProblemError } from '../api/fetch-json.ts'
import { CopyButton } from './copy-button.tsx'
import { Text } from './text.tsx'

export function ProblemView({ error, retry }: { error: Error; retry: () => void }) {
  const problem = error instanceof ProblemError ? error.problem : undefined
  return (
    <section className="notice notice-problem" role="alert">
      <h2>{problem?.title ?? 'This page made a mistake'}</h2>
      <p>
        <Text value={problem?.detail ?? error.message} />
      </p>
      <p className="notice-foot">
        <button type="button" className="button" onClick={retry}>
          Ask again
        </button>
        {problem?.request_id && (
          <span>
            request <code>{problem.request_id}</code> <CopyButton text={problem.request_id} />
          </span>
        )}
        {problem && <code>{problem.code}</code>}
      </p>
    </section>
  )
}

/** Says over an answer that could not be renewed that it is an old one. */
export function StaleNotice({ error }: { error: Error }) {
  const problem = error instanceof ProblemError ? error.problem : undefined
  return (
    <p className="stale" role="status">
      Not up to date: {problem?.title ?? error.message}. Asking again …
    </p>
  )
}
