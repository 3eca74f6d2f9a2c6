/** Where the tables of the mapping are to be found: the address of each, or a number, stands at one of these. TypeScript writes them once. */
import { MAPPING } from './layout'

/** Actions of a key: from the number at its place to the next one; each four numbers: what it is, and its operands, as in `mapping/spans/compile.ts`. */
export const KEY_ACTIONS: i32 = MAPPING
export const ACTIONS: i32 = MAPPING + 4

/** Tables of texts: of words, of words for a status, of kinds of executions, of types of steps. */
export const WORDS: i32 = MAPPING + 8
export const STATUS_WORDS: i32 = MAPPING + 12
export const EXECUTION_KINDS: i32 = MAPPING + 16
export const STEP_TYPES: i32 = MAPPING + 20
/** Words that true and false are. */
export const TRUE_WORD: i32 = MAPPING + 24
export const FALSE_WORD: i32 = MAPPING + 28

/** What can be decided only at the end: see {@link DEFERRED_NUMBERS}. */
export const DEFERRED: i32 = MAPPING + 116

/** Of each set of words a byte for each word, so many bytes for a set; the same for sources of the status. */
export const WORD_SETS: i32 = MAPPING + 32
export const WORD_SET_BYTES: i32 = MAPPING + 36
export const STATUSES: i32 = MAPPING + 40
export const STATUS_BYTES: i32 = MAPPING + 44

/** Profiles, their rules, the conditions of rules, and beginnings of names as addresses and lengths. */
export const PROFILES: i32 = MAPPING + 48
export const RULES: i32 = MAPPING + 52
export const CONDITIONS: i32 = MAPPING + 56
export const PREFIXES: i32 = MAPPING + 60
/** Bits of profiles that look at names, and that know beginnings of names. */
export const NAME_READERS: i32 = MAPPING + 64
export const PREFIXED: i32 = MAPPING + 68

/** `MARKS` by field; fields by their bit. */
export const FIELD_MARKS: i32 = MAPPING + 72
export const PLAIN_FIELDS: i32 = MAPPING + 76
export const PLAIN_MARKS: i32 = MAPPING + 80
export const NUMERIC_MARKS: i32 = MAPPING + 84
/** By rank of a source of the workflow's name: the field whose value goes before; -1 for none. */
export const BEFORE_NAMES: i32 = MAPPING + 88

/** Texts that the mapping made: whole numbers, and how many of them; words. */
export const SMALL_INTS: i32 = MAPPING + 92
export const SMALL_INTS_MAX: i32 = MAPPING + 96
export const HTTP_TEXT: i32 = MAPPING + 100
export const QUEUE_TEXT: i32 = MAPPING + 104
export const DEFAULT_TEXT: i32 = MAPPING + 108

/** Bytes of what is found of a span's attributes. */
export const CELL_BYTES: i32 = MAPPING + 112
/** A word in small letters, of 32 bytes at most. */
export const FOLDED: i32 = MAPPING + 128
/** Behind all of these. */
export const MAPPING_BEGIN: i32 = MAPPING + 160

// A profile: word set of the names that it skips, its rules (first, count), its beginnings of names (first, count), its provider.
export const PROFILE_NUMBERS: i32 = 6
// What is deferred: field and rank, source of the status, address and length of the member's name (0: none), profile, word set.
export const DEFERRED_NUMBERS: i32 = 7
// A rule: whether it wants a root (-1: any), kinds of spans as bits, conditions (first, count), word set of names, beginnings of names (first, count);
// then what it makes of a span: role, rule, kind, type.
export const RULE_NUMBERS: i32 = 11
