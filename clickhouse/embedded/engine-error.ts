/** ClickHouse's errors: code, type, text, and the HTTP status that ClickHouse answers with. */

/** Codes by status, after ClickHouse's `src/Server/HTTP/exceptionCodeToHTTPStatus.cpp`; every other code is a 500. */
const CODES_BY_STATUS: ReadonlyArray<readonly [status: number, codes: readonly number[]]> = [
  [400, [6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675, 676]],
  [401, [194]],
  [403, [192, 193, 497, 512, 516]],
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511]],
  [408, [159]],
  [411, [381]],
  [413, [229]],
  [501, [48]],
  [503, [76, 209, 439]],
]
const STATUS_BY_CODE = new Map(
  CODES_BY_STATUS.flatMap(([status, codes]) => codes.map((code) => [code, status] as const)),
)

/** An exception of ClickHouse, from the engine or from this server in the engine's terms. */
export class EngineError extends Error {
  /** ClickHouse's error code, e.g. 62. */
  readonly code: number
  /** ClickHouse's name of the code, e.g. `SYNTAX_ERROR`. */
  readonly type: string
  readonly status: number

  /** @param message without `Code: n. DB::Exception:` before it and `(TYPE)` after it */
  constructor(code: number, type: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'EngineError'
    this.code = code
    this.type = type
    this.status = STATUS_BY_CODE.get(code) ?? 500
  }

  /** The text as ClickHouse's HTTP interface gives it. */
  toText(version: string): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.type}) (version ${version})\n`
  }
}

const PREFIX = /^Code: (\d+)\. DB::Exception: /
const SUFFIX = / ?\(([A-Z][A-Z0-9_]{2,})\)(?: \(version [^()]*(?:\([^()]*\))?\))?\.?\s*$/

/** Reads the engine's text; errors around errors (`Code: 27. … Code: 27. …`) are unwrapped. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error
  let message = error instanceof Error ? error.message : String(error)
  let code = 1002
  let type = 'UNKNOWN_EXCEPTION'
  for (let prefix = PREFIX.exec(message); prefix; prefix = PREFIX.exec(message)) {
    code = Number(prefix[1])
    message = message.slice(prefix[0].length)
    const suffix = SUFFIX.exec(message)
    if (!suffix) continue
    type = suffix[1]!
    message = message.slice(0, suffix.index)
  }
  return new EngineError(code, type, message.trimEnd(), error)
}
