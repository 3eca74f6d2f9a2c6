/** AnyValue as OTLP/JSON writes it: the form in which attribute values leave the system. */

export interface StringValue {
  stringValue: string
}
export interface BoolValue {
  boolValue: boolean
}
export interface IntValue {
  /** Signed 64-bit integer in decimal. */
  intValue: string
}
export interface DoubleValue {
  /** A string where JSON has no number for it: `NaN`, `Infinity`, `-Infinity` and `-0`. */
  doubleValue: number | 'NaN' | 'Infinity' | '-Infinity' | '-0'
}
export interface BytesValue {
  /** Standard base64 with padding. */
  bytesValue: string
}
export interface ArrayValue {
  arrayValue: { values: AnyValue[] }
}
export interface KvlistValue {
  kvlistValue: { values: KeyValue[] }
}
/** No value at all. */
export type EmptyValue = Record<string, never>

export type AnyValue =
  | StringValue
  | BoolValue
  | IntValue
  | DoubleValue
  | BytesValue
  | ArrayValue
  | KvlistValue
  | EmptyValue

export interface KeyValue {
  key: string
  value: AnyValue
}
