/**
 * Where everything lies in the linear memory that the compiled stages and TypeScript share. Fixed: nothing in it ever moves or grows, so that views
 * of it stay good, and a request that needs more room is left to the stages in TypeScript. Memory that no request has touched costs nothing.
 *
 * Columns of a table follow one another, three lines of the cache further apart than their size: at distances of powers of two, cells of one row
 * would displace each other in the cache.
 */

/** Below lie constants of the module itself. */
const BEGIN: i32 = 0x10000
const APART: i32 = 192

/** Rows that each table has room for. */
export const SPANS_MAX: i32 = 16384
export const ATTRIBUTES_MAX: i32 = 262144
export const EVENTS_MAX: i32 = 65536
export const LINKS_MAX: i32 = 65536
export const RESOURCES_MAX: i32 = 4096
export const SCOPES_MAX: i32 = 4096
export const KEYS_MAX: i32 = 4096

/** Bytes between the columns of a table. */
export const SPAN_STRIDE: i32 = SPANS_MAX * 4 + APART
export const ATTRIBUTE_STRIDE: i32 = ATTRIBUTES_MAX * 4 + APART
export const EVENT_STRIDE: i32 = EVENTS_MAX * 4 + APART
export const LINK_STRIDE: i32 = LINKS_MAX * 4 + APART
export const RESOURCE_STRIDE: i32 = RESOURCES_MAX * 4 + APART
export const SCOPE_STRIDE: i32 = SCOPES_MAX * 4 + APART
export const KEY_STRIDE: i32 = KEYS_MAX * 4 + APART

/** Tables of the tape, columns in the order of `otlp/tape.ts`. */
export const SPANS: i32 = BEGIN
export const ATTRIBUTES: i32 = SPANS + 24 * SPAN_STRIDE
export const EVENTS: i32 = ATTRIBUTES + 6 * ATTRIBUTE_STRIDE
export const LINKS: i32 = EVENTS + 6 * EVENT_STRIDE
export const RESOURCES: i32 = LINKS + 8 * LINK_STRIDE
export const SCOPES: i32 = RESOURCES + 5 * RESOURCE_STRIDE
/** Of the numbers of keys: where each starts and ends, its hash, the number that came after it last; twice as many slots of the hash table. */
export const KEYS: i32 = SCOPES + 10 * SCOPE_STRIDE
export const KEY_SLOTS: i32 = KEYS + 4 * KEY_STRIDE

/** Of each attribute: the code of its value's type, and its text, as `blocks/attribute-values.ts` has them. */
export const VALUE_CODES: i32 = KEY_SLOTS + 2 * KEY_STRIDE
export const VALUE_STARTS: i32 = VALUE_CODES + ATTRIBUTE_STRIDE / 4
export const VALUE_ENDS: i32 = VALUE_STARTS + ATTRIBUTE_STRIDE
/** Values that are no texts, formatted. */
export const FORMATTED: i32 = VALUE_ENDS + ATTRIBUTE_STRIDE
export const FORMATTED_BYTES_MAX: i32 = 0x400000

/** By the number of a key, what redaction does with its values. */
export const TREATMENTS: i32 = FORMATTED + FORMATTED_BYTES_MAX
/** Rows of a table that a stage leaves to TypeScript. */
export const LEFT_ROWS: i32 = TREATMENTS + KEY_STRIDE

/** Of each span: the halves of its key in the resend filter. */
export const RESEND_KEYS: i32 = LEFT_ROWS + ATTRIBUTE_STRIDE

/** Room for blocks; of each span where the document of its fields starts and ends. */
export const OUT: i32 = RESEND_KEYS + 2 * SPAN_STRIDE
export const OUT_BYTES_MAX: i32 = 0x1000000
export const FIELD_STARTS: i32 = OUT + OUT_BYTES_MAX + APART
export const FIELD_ENDS: i32 = FIELD_STARTS + SPAN_STRIDE

/** Of a block: its spans, their scopes, their resources. */
export const BLOCK_ROWS: i32 = FIELD_ENDS + SPAN_STRIDE

/** What the mapping says of each span: where each text starts and ends, in the order of its fields; figures and times; then what takes less room. */
export const MAPPED_TEXTS_MAX: i32 = 32
export const MAPPED_TEXTS: i32 = BLOCK_ROWS + 3 * SPAN_STRIDE
export const MAPPED_FIGURES: i32 = MAPPED_TEXTS + 2 * MAPPED_TEXTS_MAX * SPAN_STRIDE
export const MAPPED_NUMBERS: i32 = MAPPED_FIGURES + 5 * 2 * SPAN_STRIDE

/** Columns by which labels of spans are told apart, of those that lie elsewhere: numbers of their own, where texts start and end. */
export const LABEL_COLUMNS_MAX: i32 = 48
export const LABELS: i32 = MAPPED_NUMBERS + 5 * SPAN_STRIDE
/** The class of each span by the shape of its attributes, and by its labels; of each row of a block by a text; what classes are made with. */
export const SHAPE_OF: i32 = LABELS + LABEL_COLUMNS_MAX * SPAN_STRIDE
export const LABEL_OF: i32 = SHAPE_OF + SPAN_STRIDE
export const TEXT_OF: i32 = LABEL_OF + SPAN_STRIDE
export const CLASSES: i32 = TEXT_OF + SPAN_STRIDE

/** Of texts that are members of documents: the addresses of the columns where they start and end; their names of at most 32 bytes, each behind its length. */
export const TEXT_COLUMNS: i32 = CLASSES + 5 * SPAN_STRIDE
export const NAME_BYTES: i32 = 36
export const NAMES: i32 = TEXT_COLUMNS + LABEL_COLUMNS_MAX * 8
/** Texts that the mapping made. */
export const MADE_MAX: i32 = 16384
export const MADE_BYTES_MAX: i32 = 0x100000
export const MADE_STARTS: i32 = NAMES + LABEL_COLUMNS_MAX * NAME_BYTES
export const MADE_ENDS: i32 = MADE_STARTS + MADE_MAX * 4
export const MADE: i32 = MADE_ENDS + MADE_MAX * 4
/** Documents of labels, and of fields. */
export const LABEL_DOCUMENTS: i32 = MADE + MADE_BYTES_MAX + APART
export const LABEL_DOCUMENTS_BYTES_MAX: i32 = 0x200000
export const FIELD_DOCUMENTS: i32 = LABEL_DOCUMENTS + LABEL_DOCUMENTS_BYTES_MAX + APART
export const FIELD_DOCUMENTS_BYTES_MAX: i32 = 0x400000

/** What redaction's search knows: what each byte may be, how tokens begin, and names it has decided, by their hashes. */
export const BYTE_CLASSES: i32 = FIELD_DOCUMENTS + FIELD_DOCUMENTS_BYTES_MAX + APART
export const TOKEN_FILTERS: i32 = BYTE_CLASSES + 256
export const TOKEN_BEGINNINGS: i32 = TOKEN_FILTERS + 96
export const TOKEN_BEGINNINGS_MAX: i32 = 32
export const NAME_SLOTS: i32 = TOKEN_BEGINNINGS + (TOKEN_BEGINNINGS_MAX + 1) * 24 + 8
export const NAME_SLOTS_MAX: i32 = 16384

/** Tables of the mapping (`mapping-places.ts`); by the number of a key of the request, its number there. */
export const MAPPING: i32 = NAME_SLOTS + NAME_SLOTS_MAX * 8
export const MAPPING_BYTES_MAX: i32 = 0x80000
export const KNOWN_KEYS: i32 = MAPPING + MAPPING_BYTES_MAX
/** What the attributes of a scope say with those of its resource, and of a span with both: see `mapping/spans/attribute-scan.ts`. */
export const CELLS_MAX: i32 = 512
export const SCOPE_CELLS: i32 = KNOWN_KEYS + KEY_STRIDE
export const SPAN_CELLS: i32 = SCOPE_CELLS + CELLS_MAX * 4 + APART
export const SPAN_JSON: i32 = SPAN_CELLS + CELLS_MAX * 4 + APART
/** Spans whose names are joined, attributes whose values go before, and behind. */
export const JOINED: i32 = SPAN_JSON + CELLS_MAX * 4 + APART

/** The request. What lies behind it belongs to nobody: wide reads may go beyond its end. */
export const BODY: i32 = JOINED + 3 * SPAN_STRIDE
export const BODY_BYTES_MAX: i32 = 0x800000
export const END: i32 = BODY + BODY_BYTES_MAX + 0x10000
