import { describe, expect, it } from 'vitest'
import { EngineError, toEngineError } from './engine-error.ts'

describe('toEngineError', () => {
  it('reads code, type and message of what the engine says', () => {
    const error = toEngineError(new Error("Code: 60. DB::Exception: Unknown table 'x' (y). (UNKNOWN_TABLE)"))
    expect(error).toMatchObject({ code: 60, type: 'UNKNOWN_TABLE', message: "Unknown table 'x' (y).", status: 404 })
    expect(error.toText('26.7')).toBe(
      "Code: 60. DB::Exception: Unknown table 'x' (y). (UNKNOWN_TABLE) (version 26.7)\n",
    )
  })

  it('unwraps an error around an error', () => {
    const text =
      'Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT) (version 26.7.2.1). (UNKNOWN_FORMAT)'
    expect(toEngineError(new Error(text))).toMatchObject({
      code: 73,
      type: 'UNKNOWN_FORMAT',
      message: 'Unknown format X.',
    })
  })

  it('gives everything else the code that ClickHouse has for it, and keeps the cause', () => {
    const cause = new Error('boom')
    expect(toEngineError(cause)).toMatchObject({ code: 1002, type: 'UNKNOWN_EXCEPTION', status: 500, cause })
    const known = new EngineError(62, 'SYNTAX_ERROR', 'x')
    expect(toEngineError(known)).toBe(known)
  })
})
