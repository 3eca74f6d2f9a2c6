/** Executions that belong with this one: parent, children, attempts, replays. */
import type { ExecutionDetail, ExecutionLink } from '../api/types.ts'
import { StatusPill } from '../parts/status-pill.tsx'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/when.tsx'
import { Link } from '../routing/link.tsx'
import { executionPath } from '../routing/routes.ts'

export function LinksSection({ execution, nowMs }: { execution: ExecutionDetail; nowMs: number }) {
  const { parent, children, attempts, replay_of, replays } = execution.links
  const groups = (
    [
      ['Parent', parent ? [parent] : []],
      ['Children', children],
      ['Attempts', attempts],
      ['Replay of', replay_of ? [replay_of] : []],
      ['Replays', replays],
    ] as const
  ).filter(([, links]) => links.length > 0)
  if (groups.length === 0) return null
  return (
    <section className="panel" aria-label="Related executions">
      <h2>Related executions</h2>
      {groups.map(([name, links]) => (
        <div className="link-group" key={name}>
          <h3>
            {name} {links.length > 1 && <span className="count">{links.length}</span>}
          </h3>
          <ul>
            {links.map((link) => (
              <LinkItem key={`${link.execution_id} ${link.instance}`} link={link} nowMs={nowMs} />
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}

function LinkItem({ link, nowMs }: { link: ExecutionLink; nowMs: number }) {
  return (
    <li>
      <StatusPill status={link.status} />
      <Link href={executionPath(link)}>
        <Text value={link.workflow_name ?? link.execution_id} />
      </Link>
      <code className="muted">
        <Text value={link.execution_id} />
      </code>
      <When iso={link.started_at} nowMs={nowMs} />
    </li>
  )
}
