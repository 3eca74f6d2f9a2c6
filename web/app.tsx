/** The frame around every page, and which page the address means. */
import { ErrorsPage } from './errors/errors-page.tsx'
import { ExecutionPage } from './execution/execution-page.tsx'
import { ExecutionsPage } from './list/executions-page.tsx'
import { Mark } from './parts/mark.tsx'
import { Link } from './routing/link.tsx'
import { useLocation } from './routing/location.ts'
import { errorsPath, executionsPath, type Page, pageOf } from './routing/routes.ts'
import { SignInPage } from './session/sign-in-page.tsx'
import { useSignedOut } from './session/signed-out.ts'
import { Who } from './session/who.tsx'
import { UnknownPage } from './unknown-page.tsx'

export function App() {
  const refusal = useSignedOut()
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
        {!refusal && <Who />}
      </header>
      <main>
        {refusal ? <SignInPage problem={refusal} /> : <Shown page={page} pathname={pathname} search={search} />}
      </main>
    </>
  )
}

function Shown({ page, pathname, search }: { page: Page; pathname: string; search: string }) {
  if (page.name === 'executions') return <ExecutionsPage search={search} />
  if (page.name === 'errors') return <ErrorsPage search={search} />
  if (page.name === 'unknown') return <UnknownPage pathname={pathname} />
  return (
    <ExecutionPage key={pathname} which={{ executionId: page.executionId, instance: page.instance }} search={search} />
  )
}
