/** Plain JavaScript values as OTLP attributes: whole numbers become int64, other numbers double, objects kvlist. */

export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain }
export type Attributes = { readonly [key: string]: Plain }

export interface KeyValue {
  key: string
  value: Record<string, unknown>
}

export function keyValues(attributes: Attributes): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: Plain): Record<string, unknown> {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: value } : { doubleValue: value }
  if (isList(value)) return { arrayValue: { values: value.map(anyValue) } }
  return { kvlistValue: { values: keyValues(value) } }
}

/** `Array.isArray` does not narrow read-only arrays. */
function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value)
}
