/** This view is served under `/workflows/…` as well, where its clients have it from elsewhere. */
import type { Route } from '../route.ts'

const PREFIX = '/api/v1'

/** The route, and the same one without the prefix. */
export function alsoWithoutPrefix(route: Route): Route[] {
  return [route, { ...route, id: `${route.id}WithoutPrefix`, path: route.path.slice(PREFIX.length) }]
}
