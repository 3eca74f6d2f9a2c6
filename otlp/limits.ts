/** What one request may hold; beyond it a request is refused or a span rejected, always counted. */
export interface OtlpLimits {
  /** Spans in one request, counted before anything is allocated for them. */
  spansPerRequestMax: number
  /** Attributes of one span with its events and links, and of one resource or scope; also its events, and its links. */
  attributesPerSpanMax: number
  /** Bytes of one attribute value, and of any other text. */
  valueBytesMax: number
  /** Nesting of AnyValue: a plain value is 1 deep, an array of plain values 2. Counts as 100 where it is more. */
  depthMax: number
}

export const DEFAULT_LIMITS: OtlpLimits = {
  spansPerRequestMax: 100_000,
  attributesPerSpanMax: 1_024,
  valueBytesMax: 4 * 1024 * 1024,
  depthMax: 32,
}

/** Depth that no configuration exceeds: values are walked by recursion. */
export const DEPTH_MAX = 100

/**
 * Elements of lists inside the values of one span, for each attribute that it may have. Written as JSON an empty element of
 * two bytes becomes twenty characters, so that the size of a value alone does not bound its text.
 */
export const ELEMENTS_PER_ATTRIBUTE_MAX = 64

/**
 * Attributes, elements of lists in their values, events and links of one request together; one that holds more is refused. An empty attribute takes two bytes
 * on the wire and twenty on the tape, so that the size of a body alone does not bound the tape.
 */
export const ITEMS_PER_REQUEST_MAX = 4_000_000

/**
 * Bytes of resources and scopes, counted once for each span that they belong to: they are stored with every one of their
 * spans, so that a large resource above many small spans takes far more than its body.
 */
export const REPEATED_BYTES_PER_REQUEST_MAX = 64 * 1024 * 1024
