/** The rows of the list as the reader sees them: following the newest at the top, holding still below it. */
import { useCallback, useEffect, useState } from 'react'
import { useFirstPage, useOlderPages } from '../api/queries.ts'
import type { Execution, ExecutionList } from '../api/types.ts'
import { useSteadyError } from '../api/use-steady-error.ts'
import { countNew, heldRows } from './live-list.ts'

/** Scrolled further than this, the reader reads. */
const AT_TOP_PX = 60

export interface LiveList {
  rows: Execution[] | undefined
  page: ExecutionList | undefined
  error: Error | null
  /** Rows that came since and are not shown. */
  arrived: { count: number; atLeast: boolean }
  isPaused: boolean
  isLoadingOlder: boolean
  hasOlder: boolean
  /** A search has looked at nothing that started earlier; null: at everything. */
  searchedFrom: string | null
  olderError: Error | null
  setPaused: (isPaused: boolean) => void
  loadOlder: () => void
  showNewest: () => void
  retry: () => void
}

/** What the reader holds on to; absent while the list follows. */
interface Held {
  page: ExecutionList
  withOlder: boolean
}

/** What was held when a list was left, so that the back button finds it again. */
const left = new Map<string, Held>()
const LEFT_MAX = 20

/** @param search the question for the first page; another one is another list, to be given another `key` */
export function useLiveList(search: string): LiveList {
  const [isPaused, setPaused] = useState(false)
  const [held, setHeld] = useHeld(search)
  const first = useFirstPage(search, !isPaused)
  const error = useSteadyError(first)
  const newest = first.data
  const cursor = held?.withOlder ? held.page.next_cursor : null
  const older = useOlderPages(search, cursor)
  const isReading = useIsScrolled()

  // The reader scrolls: what is on the screen stays where it is.
  const mayFollow = !isReading && !isPaused && !held?.withOlder
  if (mayFollow && held) setHeld(null)
  if (!mayFollow && !held && newest) setHeld({ page: newest, withOlder: false })

  const olderRows = (cursor === null ? undefined : older.data)?.pages.flatMap(({ executions }) => executions) ?? []
  const rows = held ? heldRows(held.page.executions, olderRows, newest?.executions ?? []) : newest?.executions
  const page = held?.page ?? newest
  const lastPage = (held?.withOlder ? older.data?.pages.at(-1) : undefined) ?? page
  useOnward(older, rows?.length === 0)
  const loadOlder = () => {
    if (held?.withOlder && older.data) older.fetchNextPage()
    else if (held?.withOlder) older.refetch()
    else if (page) setHeld({ page, withOlder: true })
  }
  return {
    rows,
    page: newest ?? page,
    error,
    arrived: rows && newest ? countNew(rows, newest.executions) : { count: 0, atLeast: false },
    isPaused,
    isLoadingOlder: older.isFetching,
    hasOlder: Boolean(lastPage?.next_cursor),
    searchedFrom: lastPage?.searched_from ?? null,
    olderError: older.error,
    setPaused,
    loadOlder,
    showNewest: () => {
      setPaused(false)
      setHeld(null)
      window.scrollTo(0, 0)
    },
    retry: () => first.refetch(),
  }
}

/** Pages without a row that a search goes on behind by itself, once it was told to. */
const EMPTY_PAGES_MAX = 10

/** A search that was told to go on and has found nothing yet looks further back. */
function useOnward(older: ReturnType<typeof useOlderPages>, isEmpty: boolean) {
  const { data, hasNextPage, isFetching, error, fetchNextPage } = older
  const pages = data?.pages.length ?? 0
  const mayGoOn = isEmpty && pages > 0 && pages % EMPTY_PAGES_MAX !== 0 && hasNextPage && !isFetching && !error
  useEffect(() => {
    if (mayGoOn) fetchNextPage()
  }, [mayGoOn, fetchNextPage])
}

function useHeld(search: string): [Held | null, (held: Held | null) => void] {
  const [held, setState] = useState(() => left.get(search) ?? null)
  const setHeld = useCallback((next: Held | null) => setState(next), [])
  useEffect(() => {
    left.delete(search)
    if (!held?.withOlder) return
    left.set(search, held)
    const [oldest] = left.keys()
    if (left.size > LEFT_MAX && oldest !== undefined) left.delete(oldest)
  }, [search, held])
  return [held, setHeld]
}

function useIsScrolled(): boolean {
  const [isScrolled, setScrolled] = useState(false)
  useEffect(() => {
    const onScroll = () => setScrolled(window.scrollY > AT_TOP_PX)
    onScroll()
    window.addEventListener('scroll', onScroll, { passive: true })
    return () => window.removeEventListener('scroll', onScroll)
  }, [])
  return isScrolled
}
