/** What n8n's public API says of an execution, as a value; whatever is not as documented is told instead of guessed. Pure. */

/** A row of a list: what is known without the execution's data. */
export interface ListedExecution {
  id: string
  workflowId: string
  /** n8n's own word. */
  status: string
  mode: string
  /** Milliseconds since the epoch; null where the server does not say. */
  startedAtMs: number | null
  stoppedAtMs: number | null
  retryOf: string
  workflowVersionId: string
}

export interface N8nError {
  type: string
  message: string
  stack: string
}

export interface NodeRun {
  name: string
  /** Which run of the node it is, from 0. */
  index: number
  /** Milliseconds since the epoch. */
  startMs: number
  durationMs: number
  error: N8nError | null
  itemsIn: number
  itemsOut: number
}

export interface NodeOfWorkflow {
  id: string
  type: string
  typeVersion: number | null
}

export interface WholeExecution extends ListedExecution {
  /** '' where the workflow did not come along. */
  workflowName: string
  nodeCount: number | null
  nodes: ReadonlyMap<string, NodeOfWorkflow>
  runs: readonly NodeRun[]
  error: N8nError | null
  parentExecutionId: string
  /** Why not all of its nodes are here; '' where they are. */
  missing: string
}

/** Id of what has none. */
export const NAMELESS = '?'

export type Decoded<T> = { kind: 'ok'; execution: T } | { kind: 'unreadable'; id: string; why: string }

/** Runs of nodes of one execution; a loop may make any number of them. */
export const NODE_RUNS_MAX = 5_000
const TEXT_MAX = 1_000
/** Of an error's message, and of its stack. */
const ERROR_TEXT_MAX = 16 * 1024

type Json = Readonly<Record<string, unknown>>

export function decodeListed(value: unknown): Decoded<ListedExecution> {
  const row = objectOf(value)
  const id = idOf(row?.id)
  if (!row || id === '') return { kind: 'unreadable', id: NAMELESS, why: 'it has no id' }
  const status = textOf(row.status) || olderStatus(row)
  const workflowId = idOf(row.workflowId)
  if (status === '') return { kind: 'unreadable', id, why: 'it has no status' }
  if (workflowId === '') return { kind: 'unreadable', id, why: 'it has no workflowId' }
  const startedAtMs = timeOf(row.startedAt)
  const stoppedAtMs = timeOf(row.stoppedAt)
  if (startedAtMs === undefined) return { kind: 'unreadable', id, why: 'its startedAt is not a time' }
  if (stoppedAtMs === undefined) return { kind: 'unreadable', id, why: 'its stoppedAt is not a time' }
  const execution = {
    id,
    workflowId,
    status,
    mode: textOf(row.mode),
    startedAtMs,
    stoppedAtMs,
    retryOf: idOf(row.retryOf),
    workflowVersionId: textOf(row.workflowVersionId) || textOf(objectOf(row.workflowData)?.versionId),
  }
  return { kind: 'ok', execution }
}

export function decodeWhole(value: unknown): Decoded<WholeExecution> {
  const listed = decodeListed(value)
  if (listed.kind === 'unreadable') return listed
  const row = value as Json
  const workflow = objectOf(row.workflowData)
  const data = objectOf(row.data)
  const result = objectOf(data?.resultData)
  const runData = objectOf(result?.runData)
  const { runs, missing } = runData ? readRuns(runData) : { runs: [], missing: whyNoRuns(row) }
  const nodes = listOf(workflow?.nodes)
  const execution: WholeExecution = {
    ...listed.execution,
    workflowName: textOf(workflow?.name),
    nodeCount: workflow ? nodes.length : null,
    nodes: readNodes(nodes),
    runs,
    error: readError(result?.error),
    parentExecutionId: idOf(objectOf(data?.parentExecution)?.executionId),
    missing,
  }
  return { kind: 'ok', execution }
}

/** An execution of which only the row of a list is known. */
export function withoutData(listed: ListedExecution, missing: string): WholeExecution {
  const nothing = { nodeCount: null, nodes: new Map(), runs: [], error: null, parentExecutionId: '' }
  return { ...listed, ...nothing, workflowName: '', missing }
}

/** Before n8n 1.0 executions had no status. */
function olderStatus({ finished, stoppedAt, waitTill }: Json): string {
  if (finished === true) return 'success'
  if (finished !== false) return ''
  if (typeof waitTill === 'string') return 'waiting'
  return typeof stoppedAt === 'string' ? 'error' : 'running'
}

function whyNoRuns(row: Json): string {
  if (row.dataTooLargeToDisplay === true)
    return 'its data is larger than the server shows (EXECUTIONS_DATA_MAX_DISPLAY_SIZE)'
  return objectOf(row.data) ? '' : 'the server has no data of it'
}

function readNodes(nodes: readonly unknown[]): Map<string, NodeOfWorkflow> {
  const found = new Map<string, NodeOfWorkflow>()
  for (const value of nodes) {
    const node = objectOf(value)
    const name = textOf(node?.name)
    if (!node || name === '') continue
    const { typeVersion } = node
    found.set(name, {
      id: textOf(node.id),
      type: textOf(node.type),
      typeVersion: typeof typeVersion === 'number' ? typeVersion : null,
    })
  }
  return found
}

function readRuns(runData: Json): { runs: NodeRun[]; missing: string } {
  const runs: NodeRun[] = []
  let missing = ''
  for (const [name, list] of Object.entries(runData)) {
    for (const [index, value] of listOf(list).entries()) {
      if (runs.length === NODE_RUNS_MAX) return { runs, missing: `it has more than ${NODE_RUNS_MAX} runs of nodes` }
      const run = readRun(name, index, objectOf(value), runData)
      if (run) runs.push(run)
      else missing ||= `run ${index} of the node ${name.slice(0, 100)} has no time`
    }
  }
  return { runs, missing }
}

function readRun(name: string, index: number, run: Json | undefined, runData: Json): NodeRun | undefined {
  if (!run) return undefined
  const { startTime, executionTime, data, source, error } = run
  if (!isTime(startTime)) return undefined
  return {
    name: name.slice(0, TEXT_MAX),
    index,
    startMs: startTime,
    durationMs: typeof executionTime === 'number' && executionTime > 0 ? executionTime : 0,
    error: readError(error),
    itemsIn: itemsFrom(source, runData),
    itemsOut: branchesOf(data).reduce((sum, branch) => sum + branch.length, 0),
  }
}

/** Items in the branches that led to this run. */
function itemsFrom(source: unknown, runData: Json): number {
  let items = 0
  for (const value of listOf(source)) {
    const from = objectOf(value)
    const name = textOf(from?.previousNode)
    if (!from || !Object.hasOwn(runData, name)) continue
    const run = objectOf(listOf(runData[name])[numberOf(from.previousNodeRun)])
    items += branchesOf(run?.data)[numberOf(from.previousNodeOutput)]?.length ?? 0
  }
  return items
}

function branchesOf(data: unknown): readonly (readonly unknown[])[] {
  return listOf(objectOf(data)?.main).map(listOf)
}

function readError(value: unknown): N8nError | null {
  const error = objectOf(value)
  if (!error) return null
  const message = typeof error.message === 'string' ? error.message : ''
  const stack = typeof error.stack === 'string' ? error.stack : ''
  return {
    type: textOf(error.name) || 'UnknownError',
    message: message.slice(0, ERROR_TEXT_MAX),
    stack: stack.slice(0, ERROR_TEXT_MAX),
  }
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, TEXT_MAX) : ''
}

/** Ids are texts, and were numbers once. */
function idOf(value: unknown): string {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : textOf(value)
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

/** @returns undefined for what is neither a time nor absent */
function timeOf(value: unknown): number | null | undefined {
  if (value === null || value === undefined) return null
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return isTime(time) ? time : undefined
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 && value < 1e14
}
