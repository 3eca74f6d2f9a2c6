/**
 * Where everything lies in the memory that the compiled settling and TypeScript share. Fixed: nothing in it ever moves or grows, so views of it
 * stay good. Memory that nothing has touched costs nothing; what has no room goes the way in TypeScript.
 */

/** Below lie constants of the module itself. */
const BEGIN: i32 = 0x10000

/** Spans of one look. */
export const ROWS_MAX: i32 = 262144
const SLOTS: i32 = 2 * ROWS_MAX

/** Columns of `arrivals`, all blocks one behind the other. */
export const ARRIVED_AT: i32 = BEGIN
export const TRACE_IDS: i32 = ARRIVED_AT + 8 * ROWS_MAX
export const SPAN_IDS: i32 = TRACE_IDS + 16 * ROWS_MAX
export const PARENT_IDS: i32 = SPAN_IDS + 8 * ROWS_MAX
export const STARTED_AT: i32 = PARENT_IDS + 8 * ROWS_MAX
export const ENDED_AT: i32 = STARTED_AT + 8 * ROWS_MAX
export const RECEIVED_AT: i32 = ENDED_AT + 8 * ROWS_MAX
export const KINDS: i32 = RECEIVED_AT + 8 * ROWS_MAX
export const STATUS_CODES: i32 = KINDS + ROWS_MAX
export const ROLES: i32 = STATUS_CODES + ROWS_MAX
export const STATUSES: i32 = ROLES + ROWS_MAX
/** Of columns of few words: numbers of words. */
export const TENANTS: i32 = STATUSES + ROWS_MAX
export const NAMES: i32 = TENANTS + 4 * ROWS_MAX
export const SERVICES: i32 = NAMES + 4 * ROWS_MAX
export const LABELS: i32 = SERVICES + 4 * ROWS_MAX
/** Of texts: where each begins and ends in {@link BODY}, in turns. */
export const FIELDS: i32 = LABELS + 4 * ROWS_MAX
export const VALUES: i32 = FIELDS + 8 * ROWS_MAX

/** Rows by trace: of trace `t` those from its start up to the start of the next one. */
export const TRACE_OF: i32 = VALUES + 8 * ROWS_MAX
export const ROWS: i32 = TRACE_OF + 4 * ROWS_MAX
export const STARTS: i32 = ROWS + 4 * ROWS_MAX
export const NEXT: i32 = STARTS + 4 * ROWS_MAX + 64
export const TRACE_SLOTS: i32 = NEXT + 4 * ROWS_MAX
export const SLOT_MASK: i32 = SLOTS - 1

/** Of each trace: the row of its execution if it is simple, else -1; whether it has a root; when it came first; where its own id stands. */
export const ROOTS: i32 = TRACE_SLOTS + 4 * SLOTS
export const HAS_ROOT: i32 = ROOTS + 4 * ROWS_MAX
export const FIRST_ARRIVALS: i32 = HAS_ROOT + ROWS_MAX
export const OWN_IDS: i32 = FIRST_ARRIVALS + 8 * ROWS_MAX
/** Ids of all traces as hex, one behind the other. */
export const HEX_IDS: i32 = OWN_IDS + 8 * ROWS_MAX
/** Of each trace, what the database knows: spans stored, and whether it gave an execution. */
export const STORED: i32 = HEX_IDS + 32 * ROWS_MAX
export const GAVE: i32 = STORED + 4 * ROWS_MAX
/** Traces to be written. */
export const CHOSEN: i32 = GAVE + ROWS_MAX

/** Words of all columns of few words, known from look to look: each has a number. */
export const WORDS_MAX: i32 = 32768
export const WORD_BYTES_MAX: i32 = 0x800000
/** Longer ones are left to TypeScript. */
export const WORD_LENGTH_MAX: i32 = 0x10000
export const WORD_STARTS: i32 = CHOSEN + 4 * ROWS_MAX
export const WORD_ENDS: i32 = WORD_STARTS + 4 * WORDS_MAX
/** Of words of `labels_json`: the address of what they say ({@link LABEL_BYTES}), 0 as long as nobody has read it. */
export const WORD_LABELS: i32 = WORD_ENDS + 4 * WORDS_MAX
export const WORD_SLOTS: i32 = WORD_LABELS + 4 * WORDS_MAX
export const WORD_SLOT_MASK: i32 = 2 * WORDS_MAX - 1
export const WORD_BYTES: i32 = WORD_SLOTS + 8 * WORDS_MAX
/** Of one block: the number of each word of its dictionary. */
export const BLOCK_CODES: i32 = WORD_BYTES + WORD_BYTES_MAX + WORD_LENGTH_MAX

/** What labels say, as TypeScript writes it (`label-records.ts`). */
export const LABEL_BYTES: i32 = BLOCK_CODES + 4 * ROWS_MAX
export const LABEL_BYTES_MAX: i32 = 0x400000

/** Names of fields: 32 bytes each, the first its length. */
export const FIELD_NAMES: i32 = LABEL_BYTES + LABEL_BYTES_MAX
/** Of the fields that were read last: start, end and whether something in it is escaped. */
export const FIELD_EDGES: i32 = FIELD_NAMES + 32 * 32
/** Of each value of a root. */
export const VALUES_MAX: i32 = 256
export const VALUE_EDGES: i32 = FIELD_EDGES + 32 * 12
/** Of the trace that is looked at: the place of each span's parent among its rows, and its steps. */
export const PARENTS: i32 = VALUE_EDGES + VALUES_MAX * 12
export const STEPS: i32 = PARENTS + 256
export const SCRATCH: i32 = STEPS + 1024
export const SCRATCH_BYTES_MAX: i32 = 0x40000

/** Where each stream begins, and where it is: see `streams.ts`. TypeScript decides. */
export const STREAM_STARTS: i32 = SCRATCH + SCRATCH_BYTES_MAX
export const STREAM_LIMITS: i32 = STREAM_STARTS + 512
export const STREAM_ENDS: i32 = STREAM_LIMITS + 512

/** Native blocks of `arrivals`. Wide reads may go beyond their end. */
export const BODY: i32 = STREAM_ENDS + 512
export const BODY_BYTES_MAX: i32 = 0x2000000
/** Native blocks of what is known of traces, and their columns. */
export const KNOWN: i32 = BODY + BODY_BYTES_MAX + 0x10000
export const KNOWN_BYTES_MAX: i32 = 0x800000
export const KNOWN_TENANTS: i32 = KNOWN + KNOWN_BYTES_MAX + 0x10000
export const KNOWN_IDS: i32 = KNOWN_TENANTS + 4 * ROWS_MAX
export const KNOWN_STORED: i32 = KNOWN_IDS + 16 * ROWS_MAX
export const KNOWN_GAVE: i32 = KNOWN_STORED + 4 * ROWS_MAX

/** Of each trace: the address of what failed in it (`failures.ts`), 0 if nothing did. Those that have no room are left to TypeScript. */
export const FAILURES: i32 = KNOWN_GAVE + ROWS_MAX
export const FAILURE_BYTES: i32 = FAILURES + 4 * ROWS_MAX
export const FAILURE_BYTES_MAX: i32 = 0x800000

export const STREAMS: i32 = FAILURE_BYTES + FAILURE_BYTES_MAX
