/** The questions of the UI, and how often each is asked again. Nothing is asked while the tab is hidden. */
import { isFinal } from '@runlens/conventions'
import {
  keepPreviousData,
  QueryClient,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { fetchJson, ProblemError, sendJson } from './fetch-json.ts'
import type { ErrorGroups, ExecutionDetail, ExecutionList, Kpis, Session, Tree, WorkflowNames } from './types.ts'

const LIST_POLL_MS = 2_000
const FIGURES_POLL_MS = 10_000
const OPEN_EXECUTION_POLL_MS = 1_000
const UNKNOWN_EXECUTION_POLL_MS = 5_000
/** A tree this large takes the browser and the API longer to read than a second. */
const LARGE_TREE_STEPS = 2_000
const LARGE_TREE_POLL_MS = 5_000
const WORKFLOW_NAMES_MAX = 200

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        // Polling is the retry of a question that is polled.
        retry: (count, error) => count < 2 && error instanceof ProblemError && error.passes,
        retryDelay: (count) => 500 * 2 ** count,
        // Localhost answers without a network.
        networkMode: 'always',
      },
    },
  })
}

const firstPage = (search: string) =>
  queryOptions({
    queryKey: ['executions', search],
    queryFn: ({ signal }) => fetchJson<ExecutionList>(`/api/v1/executions?${search}`, signal),
  })

/** Whether this list was answered once, or refused: what is around it waits until then, so that the rows come first. */
export function useIsListed(search: string): boolean {
  return useQuery({ ...firstPage(search), enabled: false }).isFetched
}

/** @param search parameters of the list, without cursor */
export function useFirstPage(search: string, isPolled: boolean) {
  return useQuery({
    ...firstPage(search),
    refetchInterval: ({ state: { error } }) => (isPolled && !isRefused(error) ? LIST_POLL_MS : false),
  })
}

/** The pages behind a cursor; none is asked for without one. */
export function useOlderPages(search: string, cursor: string | null) {
  return useInfiniteQuery({
    queryKey: ['older', search, cursor],
    queryFn: ({ signal, pageParam }) =>
      fetchJson<ExecutionList>(`/api/v1/executions?${search}&cursor=${encodeURIComponent(pageParam)}`, signal),
    initialPageParam: cursor ?? '',
    getNextPageParam: (page) => page.next_cursor,
    enabled: cursor !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function useKpis(search: string, { isAsked, isPolled }: { isAsked: boolean; isPolled: boolean }) {
  return useQuery({
    enabled: isAsked,
    queryKey: ['kpis', search],
    queryFn: ({ signal }) => fetchJson<Kpis>(`/api/v1/observability/kpis?${search}`, signal),
    refetchInterval: isPolled ? FIGURES_POLL_MS : false,
    placeholderData: keepPreviousData,
  })
}

/** Whom the reader's credential stands for. */
export function useSession() {
  return useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => fetchJson<Session>('/api/v1/session', signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** Names to choose from, those whose failures hurt most first. */
export function useWorkflowNames(isAsked: boolean): string[] {
  const { data } = useQuery({
    enabled: isAsked,
    queryKey: ['workflow-names'],
    queryFn: ({ signal }) =>
      fetchJson<WorkflowNames>(`/api/v1/observability/workflows?time_range=7d&limit=${WORKFLOW_NAMES_MAX}`, signal),
    staleTime: 60_000,
  })
  const names = (data?.workflows ?? []).flatMap(({ workflow_name }) => workflow_name ?? [])
  return [...new Set(names)]
}

/** @param search parameters of the question */
export function useErrors(search: string) {
  return useQuery({
    queryKey: ['errors', search],
    queryFn: ({ signal }) => fetchJson<ErrorGroups>(`/api/v1/observability/errors?${search}`, signal),
    refetchInterval: ({ state: { error } }) => (isRefused(error) ? false : FIGURES_POLL_MS),
    placeholderData: keepPreviousData,
  })
}

/** Says what a group of errors is from now on; all lists are asked anew. */
export function useErrorWord(fingerprint: string) {
  const client = useQueryClient()
  return useMutation({
    networkMode: 'always',
    mutationFn: (state: 'open' | 'resolved' | 'ignored') =>
      sendJson('PATCH', `/api/v1/errors/${encodeURIComponent(fingerprint)}`, { state }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['errors'] }),
  })
}

export interface WhichExecution {
  executionId: string
  /** Undefined: the one that started last, whoever gave the id. */
  instance: string | undefined
}

export function useExecution(which: WhichExecution) {
  return useQuery({
    queryKey: ['execution', which],
    queryFn: ({ signal }) => fetchJson<ExecutionDetail>(pathOf(which, '', {}), signal),
    refetchInterval: ({ state: { data, error } }) => {
      if (data && isFinal(data.status)) return false
      // It may be on its way: a link is sometimes faster than a span.
      return isRefused(error) ? UNKNOWN_EXECUTION_POLL_MS : OPEN_EXECUTION_POLL_MS
    },
  })
}

export function useTree(which: WhichExecution, withPlainSpans: boolean, isOpen: boolean) {
  return useQuery({
    queryKey: ['tree', which, withPlainSpans],
    queryFn: ({ signal }) => fetchJson<Tree>(pathOf(which, '/tree', withPlainSpans ? { spans: 'all' } : {}), signal),
    refetchInterval: ({ state: { data } }) => {
      if (!isOpen) return false
      return (data?.steps.length ?? 0) > LARGE_TREE_STEPS ? LARGE_TREE_POLL_MS : OPEN_EXECUTION_POLL_MS
    },
    placeholderData: keepPreviousData,
  })
}

/** Whether asking the same again gives the same refusal. */
function isRefused(error: Error | null): boolean {
  return error instanceof ProblemError && !error.passes
}

function pathOf({ executionId, instance }: WhichExecution, below: string, more: Record<string, string>): string {
  const query = new URLSearchParams({ ...(instance === undefined ? {} : { instance }), ...more })
  const path = `/api/v1/executions/id/${encodeURIComponent(executionId)}${below}`
  return query.size === 0 ? path : `${path}?${query}`
}
