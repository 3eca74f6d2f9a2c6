/** The address of the page as state: read it, change it, hear of the back button. */
import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()

export interface Location {
  pathname: string
  /** With its question mark, or empty. */
  search: string
}

export function useLocation(): Location {
  const href = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search)
  const mark = href.indexOf('?')
  return mark < 0 ? { pathname: href, search: '' } : { pathname: href.slice(0, mark), search: href.slice(mark) }
}

/** A new page in the history. */
export function navigate(path: string): void {
  window.history.pushState(null, '', path)
  window.scrollTo(0, 0)
  announce()
}

/** The same page, told more exactly: going back does not stop here. */
export function replaceAddress(path: string): void {
  window.history.replaceState(null, '', path)
  announce()
}

/** Changes one parameter of the address and nothing else; null removes it. */
export function replaceParameter(name: string, value: string | null): void {
  const query = new URLSearchParams(window.location.search)
  if (value === null) query.delete(name)
  else query.set(name, value)
  replaceAddress(query.size === 0 ? window.location.pathname : `${window.location.pathname}?${query}`)
}

function announce(): void {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
  }
}
