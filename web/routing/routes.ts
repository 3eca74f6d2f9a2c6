/** Which page a path means, and the path of each page. Pure. */

export type Page =
  | { name: 'executions' }
  | { name: 'execution'; executionId: string; instance: string | undefined }
  | { name: 'errors' }
  | { name: 'unknown' }

const BASE = '/ui/'

export function pageOf(pathname: string, search: string): Page {
  if (pathname === BASE || pathname === `${BASE}executions`) return { name: 'executions' }
  if (pathname === `${BASE}errors`) return { name: 'errors' }
  const [, encoded] = /^\/ui\/executions\/([^/]+)$/.exec(pathname) ?? []
  const executionId = encoded === undefined ? undefined : decode(encoded)
  if (executionId === undefined) return { name: 'unknown' }
  return { name: 'execution', executionId, instance: new URLSearchParams(search).get('instance') ?? undefined }
}

/** @param search parameters of the list, as they stand in its address */
export function executionsPath(search = ''): string {
  return search === '' ? BASE : `${BASE}?${search}`
}

/** @param search parameters of the page, as they stand in its address */
export function errorsPath(search = ''): string {
  return `${BASE}errors${search === '' ? '' : `?${search}`}`
}

export function executionPath({ execution_id, instance }: { execution_id: string; instance: string | null }): string {
  // The empty instance is the one of emitters that name none.
  return `${BASE}executions/${encodeURIComponent(execution_id.toWellFormed())}?${new URLSearchParams({ instance: instance ?? '' })}`
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
