/** Errors as people group them: one class for wordings of a fault, one fingerprint for its occurrences. */
import { describe, expect, it } from 'vitest'
import { errorClass } from './error-class.ts'
import { errorFingerprint, normaliseMessage } from './error-fingerprint.ts'

describe('the class of an error', () => {
  it('is the same for wordings of the same fault', () => {
    const wordings: [string, string[]][] = [
      ['timeout', ['Connection timeout', 'Connection timed out', 'read ETIMEDOUT', 'DEADLINE_EXCEEDED: 5 s']],
      ['connection', ['connect ECONNREFUSED 127.0.0.1:5432', 'getaddrinfo ENOTFOUND db', 'socket hang up']],
      ['authentication', ['401 Unauthorized', 'Invalid API key provided', 'login failed for user "a"']],
      ['permission', ['permission denied for table orders', 'EACCES: /etc/x', '403 Forbidden']],
      ['rate_limit', ['Rate limit reached', 'Too Many Requests', 'quota exceeded']],
      ['not_found', ['relation "x" does not exist', 'ENOENT: no such file', 'Order not found']],
      ['validation', ['Invalid input: expected number', 'syntax error at or near "FROM"', 'missing required field']],
      ['conflict', ['duplicate key value violates unique constraint', 'deadlock detected']],
      ['out_of_memory', ['JavaScript heap out of memory', 'Memory limit (total) exceeded']],
      ['null_reference', ["Cannot read properties of undefined (reading 'id')", 'x is not a function']],
      ['cancelled', ['The operation was aborted', 'context canceled']],
      ['dependency', ['502 Bad Gateway', 'upstream request failed']],
      ['unknown', ['kaboom', 'b is 3']],
    ]
    for (const [name, messages] of wordings) {
      expect(messages.map((message) => [message, errorClass('Error', message, '')])).toEqual(
        messages.map((message) => [message, name]),
      )
    }
  })

  it('follows from the status code where the words say nothing, and is empty without an error', () => {
    expect(['429', '401', '404', '409', '503', '422'].map((code) => errorClass('', 'no', code))).toEqual([
      'rate_limit',
      'authentication',
      'not_found',
      'conflict',
      'dependency',
      'validation',
    ])
    expect(errorClass('', '', '500')).toBe('')
  })
})

describe('the fingerprint of an error', () => {
  it('ignores ids, numbers, quoted values, addresses and paths', () => {
    const same = [
      ['Order 17 failed after 3.5 s', 'Order 99183 failed after 12 s'],
      ['no user "ann"', 'no user "bob smith"'],
      ["column 'a' is unknown", "column 'total_price' is unknown"],
      ['run 3f2b8c1e-1111-4222-8333-abcdefabcdef lost', 'run 00000000-0000-4000-8000-000000000000 lost'],
      ['cannot reach 10.0.0.1:5432', 'cannot reach 192.168.7.20:5433'],
      ['cannot open /var/lib/a/b.txt', 'cannot open /home/x/y'],
      ['GET https://a.example/x?y=1 gave nothing', 'GET https://b.example/ gave nothing'],
      ['mail to ann@a.example bounced', 'mail to bob.b@mail.b.example bounced'],
      ['session sess_8f3kd92ksla0 gone', 'session sess_1a2b3c4d5e6f gone'],
    ]
    for (const [a, b] of same) expect([a, normaliseMessage(a!)]).toEqual([a, normaliseMessage(b!)])
  })

  it('tells different faults, types and steps apart', () => {
    const print = errorFingerprint('TypeError', 'x failed', 'a')
    expect(print).toMatch(/^[0-9a-f]{16}$/)
    expect(errorFingerprint('TypeError', 'x failed', 'a')).toBe(print)
    expect(errorFingerprint('RangeError', 'x failed', 'a')).not.toBe(print)
    expect(errorFingerprint('TypeError', 'y failed', 'a')).not.toBe(print)
    expect(errorFingerprint('TypeError', 'x failed', 'b')).not.toBe(print)
    expect(normaliseMessage("don't stop, can't go")).toBe("don't stop, can't go")
  })

  it('is empty without an error', () => {
    expect(errorFingerprint('', '', 'a')).toBe('')
  })

  it('is made of any text without delay', () => {
    for (const text of ['a-', '"', "' ", 'a.', '/a', '1.', 'x@', '\\', 'ab_', '((']) {
      expect(errorFingerprint('E', text.repeat(50_000), '')).toHaveLength(16)
    }
  })
})
