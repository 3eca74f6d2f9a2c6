/** The codes that an error names: status of a response, errno, SQLSTATE, numbers of databases; as the classes compare them. */

/** Codes of one error that are looked at. */
const CODES_MAX = 32

/** Where a message names a code. The first group is the code; what each repeats is bounded. */
const NAMED: readonly RegExp[] = [
  // ECONNREFUSED, ERR_CANCELED, DEADLINE_EXCEEDED, ORA-00942
  /\b(E[A-Z]{3,24}|[A-Z][A-Z0-9]{1,24}(?:_[A-Z0-9]{1,24}){1,5}|ORA-\d{5})\b/g,
  // SQLSTATE[42P01], (SQLSTATE 42P01), sql state: 42P01
  /\bSQL ?STATE\W{1,3}([0-9A-Z]{5})\b/gi,
  // rpc error: code = Unavailable desc = …
  /\bcode ?= ?([A-Za-z]{2,24})\b/g,
  // status code 404, HTTP/1.1 404, error code: 500, ERROR 1062 (23000): …
  /\b(?:status(?: ?code)?|HTTP(?:\/\d(?:\.\d)?)?|response(?: code)?|(?:error )?code|errno|ERROR)\b\W{0,3}(\d{3,5})\b/gi,
  // 401 Unauthorized, (404) Not Found
  /^\W{0,3}([45]\d\d)\b(?=\W)/g,
  /\(([45]\d\d)\)/g,
]

/** gRPC's numbers, which some spans give in place of the names. */
const GRPC = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALIDARGUMENT',
  'DEADLINEEXCEEDED',
  'NOTFOUND',
  'ALREADYEXISTS',
  'PERMISSIONDENIED',
  'RESOURCEEXHAUSTED',
  'FAILEDPRECONDITION',
  'ABORTED',
  'OUTOFRANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATALOSS',
  'UNAUTHENTICATED',
]

/** In capitals, without `_` and `-`; each once, at most {@link CODES_MAX}. A type may be a code too: `error.type` of HTTP spans is the status. */
export function errorCodes(type: string, message: string, statusCode: string): string[] {
  const codes = new Set<string>()
  for (const code of [statusCode, type]) if (code !== '') codes.add(GRPC[grpcNumber(code)] ?? normalised(code))
  for (const pattern of NAMED) {
    for (const match of message.matchAll(pattern)) {
      if (codes.size >= CODES_MAX) return [...codes]
      codes.add(normalised(match[1]!))
    }
  }
  return [...codes]
}

function grpcNumber(code: string): number {
  return /^\d{1,2}$/.test(code) ? Number(code) : -1
}

function normalised(code: string): string {
  return code.slice(0, 64).toUpperCase().replaceAll(/[_-]/g, '')
}
