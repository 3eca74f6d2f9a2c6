/**
 * One page of executions: what is listed, which of them are not known yet, and those as a whole. A page that can't be had in one piece is read one execution
 * at a time, so that one that nobody can read never keeps the others back.
 */
import type { Later } from './ask-again.ts'
import { askAgain } from './ask-again.ts'
import {
  type Decoded,
  decodeListed,
  decodeWhole,
  type ListedExecution,
  NAMELESS,
  type WholeExecution,
  withoutData,
} from './decode-execution.ts'
import { isOver } from './execution-spans.ts'
import { LIST_MAX, type N8nClient, type N8nOutcome, PAGE_SIZE } from './n8n-client.ts'

export interface PageReader {
  n8n: N8nClient
  giveUpMs: number
  onRetry: () => void
  /** Of the page's executions those that need not be told. */
  known: (listed: readonly ListedExecution[]) => Promise<ReadonlySet<string>>
}

export interface Page {
  kind: 'page'
  /** Of all that the server listed here. */
  ids: ReadonlySet<string>
  /** Rows without one. */
  nameless: number
  listed: readonly ListedExecution[]
  unreadable: readonly { id: string; why: string }[]
  /** To be told. */
  executions: readonly WholeExecution[]
  /** Of the next page; '' behind the last one. */
  nextCursor: string
}

export interface Refused {
  kind: 'refused'
  message: string
}

/** Tries of a page with data before its executions are read one by one: one that the server can't read itself spoils the page. */
const WHOLE_TRIES_MAX = 3
const SINGLE_TRIES_MAX = 2

export async function readPage(
  reader: PageReader,
  cursor: string,
  signal: AbortSignal,
): Promise<Page | Refused | Later> {
  const answer = await again(reader, signal, () =>
    reader.n8n.executions({ cursor, limit: PAGE_SIZE, withData: false }, signal),
  )
  if (answer.kind !== 'ok') return givenUp(answer)
  const list = listOf(answer.body)
  if (list.kind === 'refused') return list
  const decoded = list.rows.map(decodeListed)
  const listed = decoded.flatMap((one) => (one.kind === 'ok' ? [one.execution] : []))
  const unreadable = decoded.flatMap((one) => (one.kind === 'ok' ? [] : [one]))
  const known = await reader.known(listed)
  const wanted = listed.filter((one) => isOver(one) && !known.has(one.id))
  const whole = wanted.length === 0 ? [] : await readWhole(reader, cursor, wanted, signal)
  if (!Array.isArray(whole)) return whole
  return {
    kind: 'page',
    ids: new Set(decoded.map((one) => (one.kind === 'ok' ? one.execution.id : one.id)).filter((id) => id !== NAMELESS)),
    nameless: unreadable.filter(({ id }) => id === NAMELESS).length,
    listed,
    unreadable: [...unreadable, ...whole.flatMap((one) => (one.kind === 'ok' ? [] : [one]))],
    executions: whole.flatMap((one) => (one.kind === 'ok' ? [one.execution] : [])),
    nextCursor: list.nextCursor,
  }
}

/** Executions that the server lists; null where there are more than are worth counting. */
export async function countExecutions(
  reader: PageReader,
  pagesMax: number,
  signal: AbortSignal,
): Promise<{ kind: 'count'; total: number | null } | Refused | Later> {
  let total = 0
  let cursor = ''
  for (let pages = 0; pages < pagesMax; pages++) {
    const at = cursor
    const answer = await again(reader, signal, () =>
      reader.n8n.executions({ cursor: at, limit: LIST_MAX, withData: false }, signal),
    )
    if (answer.kind !== 'ok') return givenUp(answer)
    const list = listOf(answer.body)
    if (list.kind === 'refused') return list
    total += list.rows.length
    if (list.nextCursor === '' || list.nextCursor === cursor) return { kind: 'count', total }
    cursor = list.nextCursor
  }
  return { kind: 'count', total: null }
}

async function readWhole(
  reader: PageReader,
  cursor: string,
  wanted: readonly ListedExecution[],
  signal: AbortSignal,
): Promise<Decoded<WholeExecution>[] | Refused | Later> {
  const answer = await again(
    reader,
    signal,
    () => reader.n8n.executions({ cursor, limit: PAGE_SIZE, withData: true }, signal),
    WHOLE_TRIES_MAX,
  )
  if (answer.kind === 'refused') return answer
  if (answer.kind === 'later' && !isServerFault(answer)) return answer
  const rows = answer.kind === 'ok' ? listOf(answer.body) : undefined
  const found = new Map<string, Decoded<WholeExecution>>()
  if (rows?.kind === 'list') {
    for (const row of rows.rows) {
      const whole = decodeWhole(row)
      found.set(whole.kind === 'ok' ? whole.execution.id : whole.id, whole)
    }
  }
  const result: Decoded<WholeExecution>[] = []
  for (const listed of wanted) {
    const one = found.get(listed.id) ?? (await readSingle(reader, listed, signal))
    if ('message' in one) return one
    result.push(one)
  }
  return result
}

/** One execution by itself; what can't be had is told without its nodes. */
async function readSingle(
  reader: PageReader,
  listed: ListedExecution,
  signal: AbortSignal,
): Promise<Decoded<WholeExecution> | Refused | Later> {
  const answer = await again(reader, signal, () => reader.n8n.execution(listed.id, signal), SINGLE_TRIES_MAX)
  if (answer.kind === 'ok') return decodeWhole(answer.body)
  if (answer.kind === 'refused' || (answer.kind === 'later' && !isServerFault(answer))) return answer
  return { kind: 'ok', execution: withoutData(listed, answer.message) }
}

/** The server itself stumbled over what was asked, as opposed to being away or busy. */
function isServerFault(answer: Extract<N8nOutcome, { kind: 'later' }> | Later): boolean {
  return 'status' in answer && answer.status === 500
}

/** As long as the configuration wants; a fault of the server itself only a few times, where that helps itself otherwise. */
async function again(
  { giveUpMs, onRetry }: PageReader,
  signal: AbortSignal,
  ask: () => Promise<N8nOutcome>,
  faultTriesMax = Number.POSITIVE_INFINITY,
): Promise<N8nOutcome | Later> {
  let faults = 0
  const outcome = await askAgain<N8nOutcome | { kind: 'fault'; answer: N8nOutcome }>(
    async () => {
      const answer = await ask()
      if (answer.kind === 'later' && isServerFault(answer) && ++faults >= faultTriesMax)
        return { kind: 'fault', answer }
      return answer
    },
    { giveUpMs, signal, onRetry },
  )
  return outcome.kind === 'fault' ? outcome.answer : outcome
}

function givenUp(answer: Exclude<N8nOutcome, { kind: 'ok' }> | Later): Refused | Later {
  return answer.kind === 'later' ? answer : { kind: 'refused', message: answer.message }
}

type List = { kind: 'list'; rows: readonly unknown[]; nextCursor: string }

function listOf(body: unknown): List | Refused {
  const { data, nextCursor } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  if (!Array.isArray(data)) {
    return {
      kind: 'refused',
      message: 'the server answers with no list of executions; is this the address of an n8n server?',
    }
  }
  return { kind: 'list', rows: data, nextCursor: typeof nextCursor === 'string' ? nextCursor : '' }
}
