/** Each field of a span with its value and where the value came from: told by where its bytes stand. */
import { STATUS_NUMBER, type Status } from '@runlens/conventions'
import { mappedText } from '../settle/spans-of-tape.ts'
import { FIELD } from '../spans/compile.ts'
import { TEXT_FIELDS, type TextField } from '../spans/mapped-spans.ts'
import type { SourceField } from '../spans/profile.ts'
import { type AttributeRow, valueText } from './attribute-rows.ts'
import { cut, type ExplainedField } from './explanation.ts'
import type { PassedOver } from './sources-passed-over.ts'
import type { SpanView } from './span-view.ts'

type Origin = Pick<ExplainedField, 'attribute' | 'on' | 'from'>

/** Fields that have a value. `provider` is the profile's word and stands beside them. */
export function fieldsOf(view: SpanView, { beaten }: PassedOver): ExplainedField[] {
  const fields: ExplainedField[] = []
  const add = (field: SourceField, value: string, origin: Origin, name: string = field) =>
    fields.push({ field: name, value: cut(value), ...origin, instead_of: [...(beaten.get(field) ?? [])] })
  for (const field of TEXT_FIELDS) {
    if (field === 'provider') continue
    const text = mappedText(view.tape, view.mapped, field, view.span)
    if (text === '') continue
    const row = view.rows.find(({ row }) => row === view.scan.at[FIELD[field]])
    if (field !== 'input_key' && field !== 'output_key') add(field, text, originOf(view, field))
    else if (row) add(field, valueText(view.tape, row.row), attribute(row), field.slice(0, -'_key'.length))
  }
  for (const [field, value] of figuresOf(view)) {
    const row = view.rows.find(({ row }) => row === view.scan.at[FIELD[field]])
    if (row) add(field, value, attribute(row))
  }
  const status = statusOf(view)
  if (status) fields.push(status)
  return fields
}

function figuresOf({ mapped, span }: SpanView): [SourceField, string][] {
  const { attempt, rowsTotal, rowsReturned, progress, queuedAt, expectedEndAt } = mapped
  const figures: [SourceField, number | bigint][] = [
    ['attempt', attempt[span] || Number.NaN],
    ['rows_total', rowsTotal[span]!],
    ['rows_returned', rowsReturned[span]!],
    ['progress', progress[span]!],
    ['queued_at', queuedAt[span] || Number.NaN],
    ['expected_end_at', expectedEndAt[span] || Number.NaN],
  ]
  return figures
    .filter(([, value]) => typeof value === 'bigint' || !Number.isNaN(value))
    .map(([field, value]) => [field, typeof value === 'bigint' ? nanosText(value) : String(value)])
}

/** ISO-8601 of nanoseconds since the epoch. */
export function nanosText(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1_000).toISOString().slice(0, 19)
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`
}

function attribute({ key, on }: AttributeRow, from = `attribute ${key} of the ${HOLDER[on]}`): Origin {
  return { attribute: key, on, from }
}

const HOLDER = { span: 'span', scope: 'scope', resource: 'resource', event: 'exception event' } as const

function elsewhere(from: string): Origin {
  return { attribute: null, on: null, from }
}

function originOf(view: SpanView, field: Exclude<TextField, 'provider'>): Origin {
  const { span, scan, mapped } = view
  const start = mapped.text[field].starts[span]!
  const own = view.rows.find(({ row }) => row === scan.at[FIELD[field]])
  if (start >= 0) return byPlace(view, field, start, own)
  // Made by mapping: a number written as text, two values joined, a text with escapes; or a word of the rules.
  const isWord = field === 'execution_kind' || field === 'step_type'
  if (own && !isWord) {
    const after = view.compiled.after[FIELD[field]]?.[scan.rank[FIELD[field]]!] ?? -1
    const before = after < 0 ? undefined : view.rows.find(({ row }) => row === scan.at[after])
    return attribute(own, before ? `attributes ${before.key} and ${own.key}` : jsonText(view, field, own))
  }
  if (field === 'workflow_id') return elsewhere('the workflow’s name')
  return elsewhere(MADE[field] ?? 'the rule')
}

const MADE: Partial<Record<TextField, string>> = {
  execution_kind: 'the rule',
  step_type: 'the rule',
  mode: 'the span’s kind',
  environment: 'nobody names one',
  instance: 'attributes service.namespace and service.name of the resource',
}

/** Of a text that still stands in the payload. */
function byPlace(view: SpanView, field: TextField, start: number, own: AttributeRow | undefined): Origin {
  const { tape, span, mapped } = view
  if (own && holds(view, own, start)) return attribute(own, jsonText(view, field as SourceField, own))
  const { nameStart, nameEnd, statusMessageStart, statusMessageEnd } = tape.spans.at
  if (field === 'workflow_id' && start === mapped.text.workflow_name.starts[span])
    return elsewhere('the workflow’s name')
  if (start >= nameStart[span]! && start < nameEnd[span]!) {
    return elsewhere(start === nameStart[span] ? 'the span’s name' : 'the span’s name without its operation word')
  }
  const part = field === 'error_type' ? 'what the error begins with' : 'a part of the error'
  if (start >= statusMessageStart[span]! && start < statusMessageEnd[span]!) {
    return elsewhere(field === 'error_message' ? 'the status message' : `${part}: the status message`)
  }
  const row = view.rows.find((each) => holds(view, each, start))
  if (!row) return elsewhere('the payload')
  return attribute(
    row,
    field.startsWith('error_') ? `${part}: attribute ${row.key} of the ${HOLDER[row.on]}` : undefined,
  )
}

function holds({ tape }: SpanView, { row }: AttributeRow, start: number): boolean {
  return start >= tape.attributes.at.valueStart[row]! && start < tape.attributes.at.valueEnd[row]!
}

function jsonText({ scan }: SpanView, field: SourceField, { key, on }: AttributeRow): string | undefined {
  return scan.jsonStart[FIELD[field]]! < 0 ? undefined : `a member of the JSON text in ${key} of the ${HOLDER[on]}`
}

const STATUS_OF = new Map(Object.entries(STATUS_NUMBER).map(([status, number]) => [number, status as Status | '']))

function statusOf(view: SpanView): ExplainedField | undefined {
  const { mapped, span, scan, tape, compiled } = view
  const value = STATUS_OF.get(mapped.status[span]!) ?? ''
  if (value === '') return undefined
  const row = view.rows.find((each) => each.row === scan.statusAt)
  const explicit = mapped.statusExplicit[span] === 1 && row
  const origin = explicit
    ? attribute(
        row,
        `${row.key} = ${valueText(tape, row.row)}, a word of profile ${compiled.statusProfiles[scan.statusSource]!.name}`,
      )
    : elsewhere(
        tape.spans.at.statusCode[span] === 2 ? 'the span’s status ERROR' : (ENDED[value] ?? 'the span has ended'),
      )
  const refined = REFINED[value]
  if (refined !== undefined && !explicit) origin.from = `${origin.from}, and ${refined}`
  return { field: 'status', value, ...origin, instead_of: [] }
}

const ENDED: Partial<Record<Status, string>> = { running: 'the span has no end' }
const REFINED: Partial<Record<Status, string>> = {
  timeout: 'its type, code or message speaks of a timeout',
  cancelled: 'its type says that somebody stopped it',
  waiting: 'its type is an interrupt, which waits for somebody',
}
