/** Which route a path means: literal segments win over parameters, wherever the routes stand in their list. */
import type { Method, Route } from './route.ts'

type Placed = Pick<Route, 'path' | 'method'>

export function methodOf({ method = 'get' }: Placed): Method {
  return method
}

/** The routes, those with a literal where others have a parameter before them. */
export function literalsFirst<R extends Placed>(routes: readonly R[]): R[] {
  const key = ({ path }: R) =>
    path
      .split('/')
      .map((segment) => (segment.startsWith('{') ? '1' : '0'))
      .join('')
  return routes.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}

/** Methods, as HTTP writes them, that some route serves at a path. */
export function methodsAt(routes: readonly Placed[], path: string): string[] {
  const methods = routes.filter((route) => pattern(route.path).test(path)).map((route) => methodOf(route).toUpperCase())
  const all = methods.includes('GET') ? [...methods, 'HEAD'] : methods
  return [...new Set(all)].sort()
}

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
