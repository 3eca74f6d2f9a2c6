/** The attributes that count for a span: its own, its scope's, its resource's, and those of its last exception event. */
import { ANY, formatValue, type TraceTape } from '@runlens/otlp'
import { lastExceptionEvent } from '../spans/span-error.ts'
import type { AttributeHolder } from './explanation.ts'

export interface AttributeRow {
  /** In the tape's attributes. */
  row: number
  on: AttributeHolder
  key: string
}

/**
 * In the order in which mapping reads them; those without a value are left out.
 * @param failed whether mapping looked at the exception event
 */
export function attributeRows(tape: TraceTape, span: number, failed: boolean): AttributeRow[] {
  const scope = tape.spans.at.scope[span]!
  const resource = tape.scopes.at.resource[scope]!
  const event = failed ? lastExceptionEvent(tape, span) : -1
  return [
    ...range(tape, 'resource', tape.resources.at.attributes[resource]!, tape.resources.at.attributeCount[resource]!),
    ...range(tape, 'scope', tape.scopes.at.attributes[scope]!, tape.scopes.at.attributeCount[scope]!),
    ...range(tape, 'span', tape.spans.at.attributes[span]!, tape.spans.at.attributeCount[span]!),
    ...(event < 0
      ? []
      : range(tape, 'event', tape.events.at.attributes[event]!, tape.events.at.attributeCount[event]!)),
  ]
}

function range(tape: TraceTape, on: AttributeHolder, first: number, count: number): AttributeRow[] {
  const { keyStart, keyEnd, type, valueStart, valueEnd } = tape.attributes.at
  const rows: AttributeRow[] = []
  for (let row = first; row < first + count; row++) {
    if (type[row] === ANY.empty || (type[row] === ANY.string && valueStart[row] === valueEnd[row])) continue
    rows.push({ row, on, key: tape.buffer.toString('utf8', keyStart[row]!, keyEnd[row]!) })
  }
  return rows
}

export function valueText(tape: TraceTape, row: number): string {
  return formatValue(tape, row).text
}
