/**
 * How an attribute value of any OTLP type rests in a `Map(LowCardinality(String), String)`, and the code beside it that
 * brings the type back. Spans, events, links, scopes and resources keep one code (one byte) per attribute, in order.
 */
export const VALUE_TYPES = {
  /** No value set: the text is empty. */
  empty: 'n',
  string: 's',
  /** `true` or `false`. */
  bool: 'b',
  /** Signed 64-bit integer in decimal. */
  int: 'i',
  /** Shortest decimal that reads back as the same double (`3` for 3.0); `-0`, `NaN`, `Infinity`, `-Infinity`. */
  double: 'd',
  /** Standard base64 with padding. */
  bytes: 'y',
  /** Array or key-value list as plain JSON in the order sent, where that is exact (integral doubles are written `1.0`). */
  array: 'a',
  kvlist: 'k',
  /** Array or key-value list that plain JSON can't carry exactly (bytes, empty, NaN, duplicate keys inside): OTLP/JSON of the AnyValue. */
  exactArray: 'A',
  exactKvlist: 'K',
} as const
export type ValueTypeCode = (typeof VALUE_TYPES)[keyof typeof VALUE_TYPES]
