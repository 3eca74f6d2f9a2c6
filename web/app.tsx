/** The frame around every page, and which page the address means. */
import { ErrorsPage } from './errors/errors-page.tsx'
import { ExecutionPage } from './execution/execution-page.tsx'
import { ExecutionsPage } from './list/executions-page.tsx'
import { Mark } from './parts/mark.tsx'
import { Link } from './routing/link.tsx'
import { useLocation } from './routing/location.ts'
import { errorsPath, executionsPath, pageOf } from './routing/routes.ts'
import { UnknownPage } from './unknown-page.tsx'

export function App() {
  const { pathname, search } = useLocation()
  const page = pageOf(pathname, search)
  return (
    <>
      <header className="top">
        <Link className="brand" href={executionsPath()}>
          <Mark />
          Runlens
        </Link>
        <nav aria-label="Pages">
          <Link href={executionsPath()} aria-current={page.name === 'executions' ? 'page' : undefined}>
            Executions
          </Link>
          <Link href={errorsPath()} aria-current={page.name === 'errors' ? 'page' : undefined}>
            Errors
          </Link>
        </nav>
        <a className="top-docs" href="/docs">
          API
        </a>
      </header>
      <main>
        {page.name === 'executions' && <ExecutionsPage search={search} />}
        {page.name === 'execution' && (
          <ExecutionPage
            key={pathname}
            which={{ executionId: page.executionId, instance: page.instance }}
            search={search}
          />
        )}
        {page.name === 'errors' && <ErrorsPage search={search} />}
        {page.name === 'unknown' && <UnknownPage pathname={pathname} />}
      </main>
    </>
  )
}
