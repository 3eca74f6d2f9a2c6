/** An explanation as text for a person: spans below the ones that they stand below, then what is told of others, then executions. Pure. */
import type { ExplainedField, ExplainedMarker, ExplainedRule, ExplainedSpan, Explanation } from '@runlens/mapping'

const INDENT_MAX = 24

type Paint = (code: number, text: string) => string

export function explanationText(explanation: Explanation, color: boolean): string {
  const paint: Paint = (code, text) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
  const { spans, markers, executions, log_records, rejected } = explanation
  const lines = depthFirst(spans).flatMap(({ span, depth }) => [...spanLines(span, indent(depth), paint), ''])
  if (markers.length > 0)
    lines.push(paint(1, 'Told of spans'), ...markers.flatMap((marker) => markerLines(marker, paint)), '')
  if (executions.length > 0) lines.push(paint(1, 'Executions'))
  for (const { execution_id, kind, status, workflow_name, step_count, failed_steps, notes } of executions) {
    const steps = `${step_count} ${step_count === 1 ? 'step' : 'steps'}${failed_steps > 0 ? `, ${failed_steps} failed` : ''}`
    lines.push(`  ${paint(1, printable(execution_id))}  ${kind} ${printable(workflow_name)}: ${status}, ${steps}`)
    for (const note of notes) lines.push(`      ${printable(note)}`)
  }
  if (log_records > 0)
    lines.push('', `${log_records} log records, ${markers.filter(ofLog).length} of which tell of spans`)
  for (const reason of rejected) lines.push(paint(31, `Not stored: ${printable(reason)}`))
  if (spans.length + markers.length + log_records === 0) lines.push('Nothing that could be stored.')
  return `${lines.join('\n')}\n`
}

function ofLog({ told_by }: ExplainedMarker): boolean {
  return told_by === 'log_record'
}

/** Control characters of what somebody sent would command the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (found) => {
    return found === '\n' ? '\\n' : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function indent(depth: number): string {
  return '  '.repeat(Math.min(depth, INDENT_MAX))
}

/** Children behind their parent, siblings in the order of the payload. */
function depthFirst(spans: readonly ExplainedSpan[]): { span: ExplainedSpan; depth: number }[] {
  const keyOf = ({ trace_id }: ExplainedSpan, id: string) => `${trace_id}/${id}`
  const here = new Set(spans.map((span) => keyOf(span, span.span_id)))
  const below = new Map<string, ExplainedSpan[]>()
  const tops: ExplainedSpan[] = []
  for (const span of spans) {
    const above = keyOf(span, span.parent_span_id)
    if (span.parent_span_id === '' || span.parent_span_id === span.span_id || !here.has(above)) tops.push(span)
    else if (below.has(above)) below.get(above)!.push(span)
    else below.set(above, [span])
  }
  const told = new Set<ExplainedSpan>()
  const ordered: { span: ExplainedSpan; depth: number }[] = []
  // Spans that are their own ancestors stand below no top, copies of a span below several.
  for (const top of [...tops, ...spans]) {
    const stack = [{ span: top, depth: 0 }]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (told.has(next.span)) continue
      told.add(next.span)
      ordered.push(next)
      const { depth } = next
      const children = below.get(keyOf(next.span, next.span.span_id)) ?? []
      stack.push(...children.toReversed().map((span) => ({ span, depth: depth + 1 })))
    }
  }
  return ordered
}

const BECAME: Readonly<Record<ExplainedSpan['became'], string>> = {
  execution: 'execution',
  segment: 'segment of execution',
  child_execution: 'child execution',
  step: 'step of execution',
  span: 'plain span',
  marker: 'not shown',
}

function spanLines(span: ExplainedSpan, margin: string, paint: Paint): string[] {
  const { name, span_id, became, execution_id, step_of, why, why_not_more, rule, profiles, fields } = span
  const id =
    execution_id === null
      ? ''
      : became === 'span' || became === 'marker'
        ? ` in execution ${execution_id}`
        : ` ${execution_id}`
  const none = became === 'step' && execution_id === null ? 'step of no execution' : BECAME[became]
  const of = step_of === null ? '' : `, step of ${step_of}`
  const line = (label: string, text: string) => `${margin}  ${paint(2, label.padEnd(9))} ${printable(text)}`
  const known = profiles.flatMap(({ profile, by }) => (by.length > 0 ? [`${profile} (${by.join(', ')})`] : []))
  return [
    `${margin}${paint(1, printable(name) || '(no name)')}  ${paint(2, span_id)}`,
    line('became', `${none}${id}${of}`),
    line('why', why),
    ...(rule ? [line('rule', ruleText(rule))] : []),
    ...(known.length > 0 ? [line('known to', known.join('; '))] : []),
    ...fields.map((field, i) => line(i === 0 ? 'fields' : '', fieldText(field))),
    ...why_not_more.map((reason, i) => line(i === 0 ? 'not more' : '', reason)),
  ]
}

function markerLines(
  { marker, told_by, span_id, name, recorded_at, rule, fields }: ExplainedMarker,
  paint: Paint,
): string[] {
  const by = told_by === 'log_record' ? 'a log record' : 'a span'
  return [
    `  ${paint(1, marker)} of span ${span_id}${name === '' ? '' : ` “${printable(name)}”`}, told by ${by} at ${recorded_at}`,
    ...(rule ? [`      ${paint(2, 'rule'.padEnd(9))} ${printable(ruleText(rule))}`] : []),
    ...fields.map(
      (field, i) => `      ${paint(2, (i === 0 ? 'fields' : '').padEnd(9))} ${printable(fieldText(field))}`,
    ),
  ]
}

function ruleText({ rule, profile, file, line, wants }: ExplainedRule): string {
  return `${rule === 0 ? '' : `${rule}, `}${profile} at ${file}:${line}: ${wants}`
}

function fieldText({ field, value, from, instead_of }: ExplainedField): string {
  const others = instead_of.length > 0 ? `, before ${instead_of.join(', ')}` : ''
  return `${field} = ${value.length > 100 ? `${value.slice(0, 100)}…` : value}   (${from}${others})`
}
