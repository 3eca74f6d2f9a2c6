/**
 * The template of an error message: the message with everything that varies between two occurrences of a fault replaced by what it is.
 *
 * The text is read once from left to right as tokens, each of which consumes what it matched, so the time grows with its length. Reading is
 * repeated until nothing changes, which happens after the first round but for hostile text: a template is its own template.
 */

/** Characters of a message that are looked at. */
const INPUT_MAX = 8_192
/** Characters of a template; it is cut between two tokens. */
export const TEMPLATE_MAX = 1_000
/** Letters of one word; what is longer is nobody's word. */
const WORD_MAX = 64

const END = '(?![\\p{L}\\p{N}_])'
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}'
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}'
const CLOCK = '\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?'
const ZONE = '(?: ?(?:Z|UTC|GMT|[+-]\\d{2}:?\\d{2}))?'
const SEGMENT = '[^\\s"\'`<>()\\[\\]{}|,;:*?\\\\/]'
const LABEL = '[a-zA-Z0-9_-]{1,63}'
const UNIT = '(?:ns|us|µs|ms|s|secs?|m|mins?|h|hrs?|d|[kmgt]?i?b|k|x|px|st|nd|rd|th)'

/** What stands for a variable part, and how that is recognised; the first that fits at a place counts. */
const TOKENS: readonly (readonly [string | null, string])[] = [
  [null, '<(?:n|id|value|time|address|url|path)>'],
  ['<value>', '"(?:[^"\\\\\\n]|\\\\[^\\n])*"|`[^`\\n]*`|“[^”\\n]*”|‘[^’\\n]*’|«[^»\\n]*»'],
  ['<value>', "(?<![\\p{L}\\p{N}_])'(?:[^'\\\\\\n]|\\\\[^\\n]|(?<=[\\p{L}\\p{N}_])'(?=[\\p{L}\\p{N}_]))*'"],
  ['<url>', '[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\\s"`<>]*[^\\s"\'`<>.,;:!?)\\]}]'],
  ['<address>', '[\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,8}'],
  [
    '<time>',
    `\\d{4}[-/]\\d{2}[-/]\\d{2}(?:[T ]${CLOCK}${ZONE})?${END}|\\d{1,2}:\\d{2}:\\d{2}(?:[.,]\\d{1,9})?${ZONE}${END}|(?:${DAY},? )?(?:\\d{1,2} ${MONTH}|${MONTH} \\d{1,2},?) \\d{4}(?:,? ${CLOCK}${ZONE})?${END}`,
  ],
  ['<id>', `[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}${END}`],
  ['<address>', `\\[?(?:(?<![\\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{1,4})${END}(?:\\]?:\\d{1,5}|\\])?`],
  ['<address>', `\\d{1,3}(?:\\.\\d{1,3}){3}(?![\\d.]*\\d)(?::\\d{1,5})?(?:/\\d{1,2})?${END}`],
  [
    '<address>',
    `(?:localhost|(?:[a-zA-Z0-9_-]{1,63}\\.){1,8}(?!(?:[cm]?[jt]sx?|py|go|java|kt|rb|php|cs|rs|c|cc|cpp|h|hpp|sql|ya?ml|json|xml|vue|scala|swift):)[a-zA-Z][a-zA-Z0-9-]{0,62}):\\d+(?![:\\d\\p{L}_])`,
  ],
  [
    '<address>',
    `(?<=\\b(?:ENOTFOUND|EAI_AGAIN) )${LABEL}(?:\\.${LABEL}){0,8}|(?<=\\blookup )${LABEL}(?:\\.${LABEL}){1,8}`,
  ],
  [
    '<path>',
    `(?:[a-zA-Z]:|~|\\.{1,2})?(?:[\\\\/]${SEGMENT}+){2,}[\\\\/]?|(?:[a-zA-Z]:|~|\\.{1,2})[\\\\/]${SEGMENT}*|\\\\\\\\${SEGMENT}+`,
  ],
  ['<path>', `(?<![\\p{L}\\p{N}_)\\]<>/\\\\])[#$]?(?:/${SEGMENT}+)+/?`],
  [
    '<path>',
    `(?<![\\p{L}\\p{N}_@/])@?[\\w.-]{1,64}(?:/[\\w.@~-]{1,128}){2,}/?|[\\w.-]{1,64}/[\\w-]{1,128}\\.[a-zA-Z]{1,5}${END}`,
  ],
  [
    '<n>',
    `(?:(?<![\\p{L}\\p{N}_)\\]>])[-+])?\\p{Nd}+(?:[.,]\\p{Nd}+)*(?:[eE][-+]?\\d+)?(?:${UNIT}|%)?(?!-?[\\p{L}\\p{N}_])`,
  ],
]
const WORD = '[\\p{L}\\p{N}_]+(?:-[\\p{L}\\p{N}_]+)*'
const TOKEN = new RegExp(
  [...TOKENS.map(([, pattern]) => `(${pattern})`), `(${WORD})`, '(\\s+)', '([^])'].join('|'),
  'gu',
)
const WORD_GROUP = TOKENS.length
const SPACE_GROUP = WORD_GROUP + 1

/** The same things one after another, as in lists of any length. */
const LIST = /(<[a-z]+>)(?:, ?\1)+/g

/** At most {@link TEMPLATE_MAX} characters; '' for a message that says nothing. */
export function errorTemplate(message: string): string {
  let text = message.slice(0, INPUT_MAX)
  for (;;) {
    const next = readOnce(text)
    if (next === text) return text
    text = next
  }
}

function readOnce(text: string): string {
  let out = ''
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const part = replacement(match)
    if (out.length + part.length > TEMPLATE_MAX) break
    out += part
  }
  return out.replace(LIST, '$1').trim()
}

function replacement(match: RegExpExecArray): string {
  const group = match.findIndex((part, index) => index > 0 && part !== undefined) - 1
  if (group < WORD_GROUP) return TOKENS[group]![0] ?? match[0]
  if (group === WORD_GROUP) return wordTemplate(match[0])
  if (group === SPACE_GROUP) return match[0].includes('\n') ? '\n' : ' '
  return match[0]
}

/** Of words joined by `-` and `_`: numbers at their ends vary, and a word in which letters and digits mix is an id, all of it. */
function wordTemplate(word: string): string {
  if (word.length > WORD_MAX || HEX.test(word)) return '<id>'
  if (!HAS_DIGIT.test(word)) return word
  let out = ''
  for (const part of word.split(/([-_])/)) {
    if (NUMBERED.test(part)) out += part.replace(/\p{N}+/u, '<n>')
    else if (NUMBER.test(part)) out += '<n>'
    else if (HAS_DIGIT.test(part)) return '<id>'
    else out += part
  }
  return out
}

const HAS_DIGIT = /\p{N}/u
/** Letters before digits alone may be a name with a number. */
const HEX = /^(?:0x[0-9a-f]+|(?![a-f]+\d+$)[0-9a-f]{8,})$/i
const NUMBER = new RegExp(`^\\p{N}+${UNIT}?$`, 'u')
/** `table2`, `Base64Decoder`. */
const NUMBERED = /^(?:\p{L}+\p{N}+|\p{L}{3,}\p{N}+\p{L}{3,})$/u
