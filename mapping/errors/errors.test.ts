/** Errors as people group them: one class for wordings of a fault, one fingerprint for its occurrences. */
import { describe, expect, it } from 'vitest'
import { errorClass } from './error-class.ts'
import { errorCodes } from './error-codes.ts'
import { errorFingerprint } from './error-fingerprint.ts'
import { ERROR_CLASSES, readClasses } from './load-classes.ts'

/** Class → errors as type and message; JavaScript, Python, Java, Go, .NET, databases and HTTP in their own words. */
const KNOWN: Record<(typeof ERROR_CLASSES)[number], readonly [type: string, message: string][]> = {
  timeout: [
    ['Error', 'Connection timeout'],
    ['Error', 'Connection timed out'],
    ['Error', 'ETIMEDOUT connect 10.0.0.1:443'],
    ['Error', 'read ETIMEDOUT'],
    ['', 'DEADLINE_EXCEEDED: 5 s'],
    ['AxiosError', 'timeout of 1000ms exceeded'],
    ['requests.exceptions.ReadTimeout', 'HTTPSConnectionPool(host=x): Read failed'],
    ['java.net.SocketTimeoutException', 'Read failed'],
    ['*url.Error', 'Get "https://a.example": context deadline exceeded'],
    [
      'System.Threading.Tasks.TaskCanceledException',
      'canceled due to the configured HttpClient.Timeout of 100 seconds',
    ],
    ['AbortError', 'The operation was aborted due to timeout'],
    ['PostgresError', 'canceling statement due to statement timeout'],
  ],
  connection: [
    ['Error', 'connect ECONNREFUSED 127.0.0.1:5432'],
    ['Error', 'getaddrinfo ENOTFOUND db'],
    ['Error', 'socket hang up'],
    ['TypeError', 'fetch failed'],
    ['requests.exceptions.ConnectionError', 'Max retries exceeded'],
    ['java.net.UnknownHostException', 'db'],
    ['*net.OpError', 'dial tcp: lookup db on 10.0.0.1:53: no such host'],
    ['System.Net.Sockets.SocketException', 'No such host is known'],
    ['psycopg.OperationalError', 'server closed the connection unexpectedly'],
  ],
  authentication: [
    ['Error', '401 Unauthorized'],
    ['Error', 'Invalid API key provided'],
    ['Error', 'login failed for user "a"'],
    ['openai.AuthenticationError', 'Error code: 401'],
    ['_OTHER', 'rpc error: code = Unauthenticated desc = no'],
    ['PostgresError', 'no (SQLSTATE 28P01)'],
  ],
  permission: [
    ['Error', 'permission denied for table orders'],
    ['Error', 'EACCES: /etc/x'],
    ['Error', '403 Forbidden'],
    ['System.UnauthorizedAccessException', 'Access to the path is denied.'],
    ['PermissionError', '[Errno 13]'],
  ],
  rate_limit: [
    ['Error', 'Rate limit reached'],
    ['Error', 'Too Many Requests'],
    ['Error', 'quota exceeded'],
    ['openai.RateLimitError', 'Error code: 429'],
    ['ThrottlingException', 'Rate exceeded'],
    ['429', ''],
  ],
  not_found: [
    ['Error', 'relation "x" does not exist'],
    ['Error', 'ENOENT: no such file'],
    ['Error', 'Order not found'],
    ['java.io.FileNotFoundException', 'a.txt'],
    ['AxiosError', 'Request failed with status code 404'],
    ['System.Net.WebException', 'The remote server returned an error: (404)'],
    ['ClickHouseError', 'SQLSTATE[42P01]'],
  ],
  validation: [
    ['Error', 'Invalid input: expected number'],
    ['Error', 'syntax error at or near "FROM"'],
    ['Error', 'missing required field'],
    ['ValidationError', 'timeout must be positive'],
    ['json.decoder.JSONDecodeError', 'Expecting value: line 1 column 1 (char 0)'],
    ['java.lang.IllegalArgumentException', 'no'],
    ['System.FormatException', 'Input string was not in a correct format.'],
    ['ValueError', 'x'],
  ],
  conflict: [
    ['Error', 'duplicate key value violates unique constraint'],
    ['Error', 'deadlock detected'],
    ['Error', 'Request failed with status code 409'],
    ['django.db.utils.IntegrityError', 'x'],
    ['Error', 'ERROR 1062 (23000): no'],
  ],
  out_of_memory: [
    ['Error', 'JavaScript heap out of memory'],
    ['Error', 'Memory limit (total) exceeded'],
    ['java.lang.OutOfMemoryError', 'Java heap space'],
    ['MemoryError', ''],
    ['Error', 'OOMKilled'],
    ['Error', 'process ended with exit code 137'],
  ],
  null_reference: [
    ['TypeError', "Cannot read properties of undefined (reading 'id')"],
    ['TypeError', 'x is not a function'],
    ['AttributeError', "'NoneType' object has no attribute 'x'"],
    ['java.lang.NullPointerException', ''],
    ['System.NullReferenceException', 'Object reference not set to an instance of an object.'],
    ['runtime.Error', 'invalid memory address or nil pointer dereference'],
  ],
  cancelled: [
    ['Error', 'The operation was aborted'],
    ['Error', 'context canceled'],
    ['asyncio.exceptions.CancelledError', ''],
    ['java.lang.InterruptedException', 'sleep'],
  ],
  dependency: [
    ['Error', '502 Bad Gateway'],
    ['Error', 'upstream request failed'],
    ['500', ''],
    ['_OTHER', 'rpc error: code = Unavailable desc = no'],
    ['anthropic.APIStatusError', 'Overloaded'],
  ],
  unknown: [
    ['Error', 'kaboom'],
    ['Error', 'b is 3'],
    ['', ''],
  ],
}

describe('the class of an error', () => {
  it.each(ERROR_CLASSES)('is %s for what says so in its own words', (name) => {
    const errors = KNOWN[name]
    expect(errors.map(([type, message]) => [type, message, errorClass(type, message, '')])).toEqual(
      errors.map(([type, message]) => [type, message, name]),
    )
  })

  it('follows from the status code where the words say nothing', () => {
    const classes = { 429: 'rate_limit', 401: 'authentication', 404: 'not_found', 409: 'conflict', 503: 'dependency' }
    // A gRPC number, SQLSTATEs and a number of MySQL.
    const others = {
      4: 'timeout',
      '08006': 'connection',
      42501: 'permission',
      57014: 'timeout',
      1045: 'authentication',
    }
    for (const [code, name] of Object.entries({ ...classes, ...others })) {
      expect([code, errorClass('', 'no', code)]).toEqual([code, name])
    }
  })

  it('is found without delay in any text', () => {
    for (const text of ['a', '-', '_', ' ', 'E', 'E_', 'time', 'invalid ', 'status code ', 'exceeded ', 'x.']) {
      expect(ERROR_CLASSES).toContain(errorClass(text.repeat(50_000), text.repeat(50_000), ''))
    }
  })

  it('has rules that are read as a whole, and whose faults are all told', () => {
    const faulty = '- class: nonsense\n  types: [A]\n- class: timeout\n- class: timeout\n  words: [b]\n'
    let message = ''
    try {
      readClasses(faulty)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toContain('classes.yaml:1: [0].class: must be one of timeout, ')
    expect(message).toContain('classes.yaml:3: [1]: must say what fits')
    expect(message).toContain('classes.yaml:5: [2].words: is no key here')
  })
})

describe('the codes of an error', () => {
  it('are those that it names, as they are compared', () => {
    const message = 'rpc error: code = NotFound, ERR_SOCKET_CLOSED after HTTP/1.1 503, (SQLSTATE 42P01), ORA-00942'
    expect(errorCodes('Error', message, '14').sort()).toEqual([
      '42P01',
      '503',
      'ERROR',
      'ERRSOCKETCLOSED',
      'NOTFOUND',
      'ORA00942',
      'UNAVAILABLE',
    ])
  })
})

describe('the fingerprint of an error', () => {
  it('ignores what kind of value varies', () => {
    const same = [
      ['no user 17', 'no user 3f2b8c1e-1111-4222-8333-abcdefabcdef'],
      ['no user "ann"', 'no user 5'],
      ['commit c1234567 is gone', 'commit 12345678 is gone'],
      ['ids 1, 2 are gone', 'ids 7 are gone'],
    ]
    for (const [a, b] of same) expect(errorFingerprint('E', a!, '')).toBe(errorFingerprint('E', b!, ''))
  })

  it('tells different faults, types and steps apart', () => {
    const print = errorFingerprint('TypeError', 'x failed', 'a')
    expect(print).toMatch(/^[0-9a-f]{16}$/)
    expect(errorFingerprint('TypeError', 'x failed', 'a')).toBe(print)
    expect(errorFingerprint('RangeError', 'x failed', 'a')).not.toBe(print)
    expect(errorFingerprint('TypeError', 'y failed', 'a')).not.toBe(print)
    expect(errorFingerprint('TypeError', 'x failed', 'b')).not.toBe(print)
    expect(errorFingerprint('', '', 'a')).not.toBe(errorFingerprint('', '', 'b'))
  })
})
