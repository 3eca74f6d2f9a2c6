/** The class of an error: one word for wordings of the same fault, by the first rule that matches. Data, not code. */

/** Classes in the order in which they are tried. */
export const ERROR_CLASSES = [
  'timeout',
  'cancelled',
  'rate_limit',
  'authentication',
  'permission',
  'out_of_memory',
  'connection',
  'not_found',
  'conflict',
  'null_reference',
  'validation',
  'dependency',
  'unknown',
] as const
export type ErrorClass = (typeof ERROR_CLASSES)[number]

/** Tried on `type code message`; status codes stand as `status=404`. */
const RULES: readonly (readonly [ErrorClass, RegExp])[] = [
  [
    'timeout',
    /time[-_ ]?out|timed[-_ ]?out|deadline[-_ ]?exceeded|exceeded .{0,40}time[ _]limit|exceeded_time_limit|execution time exceeded|MaxTimeMSExpired|status=(408|504)\b/i,
  ],
  ['cancelled', /\babort(ed|error)|cancell?ed/i],
  ['rate_limit', /rate[-_ ]?limit|too many requests|quota|throttl|resource[-_ ]?exhausted|status=429\b/i],
  [
    'authentication',
    /unauthori[sz]ed|unauthenticated|authentication|invalid (api[-_ ]?key|token|credentials?|password)|login failed|status=401\b/i,
  ],
  ['permission', /forbidden|permission|access denied|not allowed|insufficient privilege|EACCES|EPERM|status=403\b/i],
  ['out_of_memory', /out[-_ ]?of[-_ ]?memory|heap (limit|out)|MemoryError|\bOOM|ENOMEM|memory limit/i],
  [
    'connection',
    /ECONN\w+|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|connection|connect failed|socket hang ?up|network|getaddrinfo|fetch failed|unreachable/i,
  ],
  ['not_found', /not[-_ ]?found|does not exist|no such|ENOENT|unknown (table|column|model|host)|status=404\b/i],
  ['conflict', /conflict|already exists|duplicate|unique constraint|deadlock|serialization failure|status=409\b/i],
  [
    'null_reference',
    /(of|reading|access\w*) '?(undefined|null|none)|is not (a function|defined|an object)|null ?(pointer|reference)|NoneType/i,
  ],
  [
    'validation',
    /valid|schema|parse|syntax|malformed|missing required|required (field|parameter)|bad request|ValueError|ZodError|status=(400|422)\b/i,
  ],
  ['dependency', /bad gateway|service unavailable|upstream|internal server error|overloaded|status=5\d\d\b/i],
]

/** Characters of a message that are looked at. */
const SEARCH_MAX = 2_000

/** '' where there is no error at all. */
export function errorClass(type: string, message: string, statusCode: string): ErrorClass | '' {
  if (type === '' && message === '') return ''
  const text = `${type} ${statusCode === '' ? '' : `status=${statusCode}`} ${message.slice(0, SEARCH_MAX)}`
  return RULES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown'
}
