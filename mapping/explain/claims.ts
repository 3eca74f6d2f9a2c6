/** By what profiles know a span. */
import type { Marker, Profile } from '../spans/profile.ts'
import { valueText } from './attribute-rows.ts'
import type { ExplainedClaim } from './explanation.ts'
import { claiming, type SpanView, scopeName } from './span-view.ts'

export function claimsOf(view: SpanView): ExplainedClaim[] {
  const scope = scopeName(view)
  return claiming(view).map(({ source: { name, file, select } }) => ({
    profile: name,
    file,
    by: [
      ...(select.scopes.includes(scope) ? [`scope ${scope}`] : []),
      ...select.attributes.filter((marker) => stands(view, marker)).map(({ key }) => key),
    ],
  }))
}

/** Whether a marker's attribute is there. That the profile knows the span was decided before; a marker in JSON text is believed. */
function stands({ rows, tape }: SpanView, { key, json, in: values }: Marker): boolean {
  return rows.some(
    (row) =>
      row.key === key &&
      row.on !== 'event' &&
      (json !== undefined || values === undefined || values.includes(valueText(tape, row.row))),
  )
}

/** By what a profile knows its spans, in words. */
export function claimText({ select }: Profile): string {
  const scopes = select.scopes.length > 0 ? [`scope ${select.scopes.join(' or ')}`] : []
  return [...scopes, ...select.attributes.map(({ key }) => key)].join('; ')
}
