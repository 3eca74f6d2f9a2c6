/** What an address that means nothing shows. */
import { Text } from './parts/text.tsx'
import { useTitle } from './parts/use-title.ts'
import { Link } from './routing/link.tsx'
import { executionsPath } from './routing/routes.ts'

export function UnknownPage({ pathname }: { pathname: string }) {
  useTitle('No such page')
  return (
    <section className="notice">
      <h1>There is no such page</h1>
      <p>
        Nothing is shown at{' '}
        <code>
          <Text value={pathname} />
        </code>
        .
      </p>
      <p>
        <Link className="button" href={executionsPath()}>
          All executions
        </Link>
      </p>
    </section>
  )
}
