import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorFingerprint } from './error-fingerprint.ts'
import { errorTemplate, TEMPLATE_MAX } from './error-template.ts'

describe('the template of an error', () => {
  it.each([
    ['Order 17 failed after 3.5 s', 'Order <n> failed after <n> s'],
    ['timeout of 1000ms exceeded', 'timeout of <n> exceeded'],
    ['got -5 and 1,234.5 and 12% and 1e-9', 'got <n> and <n> and <n> and <n>'],
    ['no user "ann" in `t`, but \'bob smith\' and “eve”', 'no user <value> in <value>, but <value> and <value>'],
    ['a "b \\" c" d', 'a <value> d'],
    ["don't stop, can't go", "don't stop, can't go"],
    ["Cannot read properties of undefined (reading 'id')", 'Cannot read properties of undefined (reading <value>)'],
    ['run 3f2b8c1e-1111-4222-8333-abcdefabcdef lost', 'run <id> lost'],
    ['at 0xDEADBEEF, commit 9fceb02d0ae598e95dc970b74767f19372d61af8', 'at <id>, commit <id>'],
    ['object Foo@1b6d3586 is gone', 'object Foo@<id> is gone'],
    ['pod billing-7d9f8b6c5d-x2x4z restarted', 'pod <id> restarted'],
    ['session sess_8f3kd92ksla0 gone', 'session <id> gone'],
    ['service order-api-v2 and step_12', 'service order-api-v<n> and step_<n>'],
    ['Base64Decoder: wrong utf-8', 'Base<n>Decoder: wrong utf-<n>'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED <address>'],
    ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED <address>'],
    ['dial tcp [2001:db8::8a2e:370]:443: refused', 'dial tcp <address>: refused'],
    ['cannot reach db-3.internal.example:5432 or localhost:80', 'cannot reach <address> or <address>'],
    ['getaddrinfo ENOTFOUND api.example.com', 'getaddrinfo ENOTFOUND <address>'],
    ['lookup db.example.com on 10.0.0.1:53: no such host', 'lookup <address> on <address>: no such host'],
    ['mail to ann.b+c@mail.a.example bounced', 'mail to <address> bounced'],
    ['GET https://a.example/x?y=1, gave nothing', 'GET <url>, gave nothing'],
    ['no jdbc:postgresql://db:5432/x here', 'no jdbc:<url> here'],
    ['cannot open /var/lib/a/b.txt: gone', 'cannot open <path>: gone'],
    ['cannot open C:\\Users\\ann\\x.txt', 'cannot open <path>'],
    ['must have property at /items/0/name', 'must have property at <path>'],
    ['wrong at #/properties/foo and at /name', 'wrong at <path> and at <path>'],
    ['at src/app/main.ts:10:5 and (main.go:42)', 'at <path>:<n>:<n> and (main.go:<n>)'],
    ['and/or application/json', 'and/or application/json'],
    ['at 2026-11-23T10:15:00.123Z and 10:15:00 and Mon, 23 Nov 2026 10:15:00 GMT', 'at <time> and <time> and <time>'],
    ['ids 1, 2, 3 not found', 'ids <n> not found'],
    ['two\n\n lines   here ', 'two\nlines here'],
    ['std::vector says foo::add', 'std::vector says foo::add'],
    ['Bestellung 17 für Zoë fehlt', 'Bestellung <n> für Zoë fehlt'],
    ['<n> is <b>', '<n> is <b>'],
    ['', ''],
  ])('of %j is %j', (message, template) => {
    expect(errorTemplate(message)).toBe(template)
  })

  const hex = (length: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
  const path = fc.array(fc.constantFrom('a', 'b.txt', 'c-1', 'Üb', '17'), { minLength: 2, maxLength: 5 })
  /** Values of one kind: any may stand where another stood. */
  const KINDS: readonly fc.Arbitrary<string>[] = [
    fc
      .oneof(
        fc.nat(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n.toFixed(3)),
        fc.bigInt(0n, 10n ** 20n),
      )
      .map(String),
    fc.oneof(
      fc.uuid(),
      hex(8),
      hex(24),
      hex(32),
      fc.ulid(),
      hex(7).map((id) => `0x${id}`),
    ),
    fc.string({ maxLength: 40 }).map((text) => JSON.stringify(text)),
    fc.oneof(
      fc.ipV4(),
      fc.ipV4().map((ip) => `${ip}:443`),
      fc.constant('ann@b.example'),
      fc.nat(65535).map((port) => `db-${port}.example.com:${port}`),
    ),
    fc.webUrl({ withQueryParameters: true, withFragments: true }).map((url) => `${url}/x`),
    path.map((segments) => `/${segments.join('/')}`),
    fc
      .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
  ]
  const word = fc.constantFrom('order', 'failed:', 'is not', 'für', 'at', '(see', 'it)', 'x =', 'Timeout', "can't")

  it('is the same whatever stands for its variable parts', () => {
    const parts = fc.array(
      fc
        .tuple(word, fc.nat(KINDS.length - 1))
        .chain(([text, kind]) => fc.tuple(fc.constant(text), KINDS[kind]!, KINDS[kind]!)),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(parts, (drawn) => {
        const [a, b] = [1, 2].map((side) => drawn.map((part) => `${part[0]} ${part[side]} `).join(''))
        expect([a, b, errorFingerprint('E', a!, '')]).toEqual([a, b, errorFingerprint('E', b!, '')])
      }),
      { numRuns: 500 },
    )
  })

  const HOSTILE = [
    '"',
    "'",
    '`',
    '\\',
    '/',
    ':',
    '.',
    '-',
    '_',
    '<',
    '>',
    'n',
    '<n>',
    '5',
    'a',
    'é',
    ' ',
    '\n',
    '@',
    '[',
    ']',
    ',',
    '://',
    'ENOTFOUND ',
    '“',
    '”',
    '#',
  ]

  it('is its own template, of any text, and bounded', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...HOSTILE), maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.lorem({ maxCount: 400 }),
    )
    fc.assert(
      fc.property(text, (message) => {
        const template = errorTemplate(message)
        expect(template.length).toBeLessThanOrEqual(TEMPLATE_MAX)
        expect([message, errorTemplate(template)]).toEqual([message, template])
      }),
      { numRuns: 2_000 },
    )
  })

  it('is made of hostile text in steps that grow with its length, not with its square', () => {
    // Each would take minutes if a pattern went back over what it read.
    for (const text of [
      ...HOSTILE,
      'a-',
      "' ",
      'a.',
      '/a',
      '1.',
      'x@',
      '\\"',
      'ab_',
      'a:',
      '1:',
      '1-',
      'a/',
      "a'",
      '://.',
      'a1',
      '<n>, ',
      'Jan 1',
      '"\\',
    ]) {
      expect(errorTemplate(text.repeat(100_000)).length).toBeLessThanOrEqual(TEMPLATE_MAX)
    }
  })

  it('of long messages does not depend on how long their variable parts are', () => {
    const long = (id: string) => `${`row ${id} is wrong, `.repeat(20)}${'and so on '.repeat(100)}`
    expect(errorTemplate(long('7'))).toBe(errorTemplate(long('123456789')))
  })
})
