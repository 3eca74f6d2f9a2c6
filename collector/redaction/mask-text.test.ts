import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectNoSquare } from '../../test/kit/growth.ts'
import { maskText } from './mask-text.ts'
import { isSecretName } from './secret-names.ts'

const CANARY = 'hunter2-CANARY'
const STARS = '*'.repeat(CANARY.length)

function masked(text: string): string {
  const bytes = Buffer.from(`<${text}>`)
  maskText(bytes, 1, bytes.length - 1)
  expect([bytes[0], bytes.at(-1)]).toEqual([0x3c, 0x3e])
  return bytes.toString('utf8', 1, bytes.length - 1)
}

describe('a secret in a text', () => {
  it.each([
    `postgres://app:${CANARY}@db:5432/shop?sslmode=require`,
    `redis://:${CANARY}@cache`,
    `amqp://guest:${CANARY}@[::1]:5672/%2f`,
    `see https://me:${CANARY}@example.com/a and https://example.com/b`,
    `https://example.com/cb?code=1&access_token=${CANARY}&state=2`,
    `Server=db;User Id=app;Password=${CANARY};Encrypt=true`,
    `host=db user=app password='${CANARY}' dbname=shop`,
    `{"user":"app","password":"${CANARY}","nested":{"apiKey":"${CANARY}"}}`,
    `{"headers":{"Authorization":"Bearer ${CANARY}","cookie":"a=${CANARY}; b=${CANARY}"}}`,
    `{"body":"{\\"client_secret\\":\\"${CANARY}\\",\\"grant\\":\\"x\\"}"}`,
    `{'password': '${CANARY}', 'user': 'x'}`,
    `{"credentials":{"user":"${CANARY}","keys":["${CANARY}",1234]},"a":1}`,
    `Authorization: Bearer ${CANARY}`,
    `authorization=Basic ${CANARY}`,
    `X-Api-Key: ${CANARY}`,
    `curl -H "Authorization: token ${CANARY}" example.com`,
    `sent with Bearer ${CANARY} to them`,
    `CREATE USER x IDENTIFIED BY '${CANARY}'`,
    `CREATE USER x IDENTIFIED WITH sha256_password BY '${CANARY}' HOST ANY`,
    `ALTER ROLE x PASSWORD '${CANARY}' VALID UNTIL 'infinity'`,
    `export DB_PASSWORD=${CANARY}`,
    `--client-secret=${CANARY}`,
    `aws_secret_access_key = ${CANARY}`,
    `-----BEGIN RSA PRIVATE KEY-----\n${CANARY}\n-----END RSA PRIVATE KEY-----`,
  ])('is masked: %s', (text) => {
    expect(masked(text)).not.toContain(CANARY)
    expect(masked(text)).not.toContain('hunter2')
    expect(Buffer.byteLength(masked(text))).toBe(Buffer.byteLength(text))
  })

  it.each([
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r'],
    ['AKIAIOSFODNN7EXAMPLE'],
    ['ghp_0123456789abcdefghijABCDEFGHIJ'],
    ['sk-proj-0123456789abcdefghij'],
    ['xoxb-1234567890-abcdef'],
  ])('is known by its form: %s', (token) => {
    expect(masked(`got ${token}, sorry`)).not.toContain(token.slice(-8))
    expect(masked(`got ${token}, sorry`)).toMatch(/^got .*\*, sorry$/)
  })

  it('leaves everything around it', () => {
    expect(masked(`postgres://app:${CANARY}@db:5432/shop?a=b`)).toBe(`postgres://app:${STARS}@db:5432/shop?a=b`)
    expect(masked(`{"user":"app","password":"${CANARY}","n":1}`)).toBe(`{"user":"app","password":"${STARS}","n":1}`)
    expect(masked(`a=1&token=${CANARY}&b=2`)).toBe(`a=1&token=${STARS}&b=2`)
  })

  it('stays JSON where it was JSON', () => {
    const text = `{"pin":1234,"password":null,"secret":true,"tokens":5,"credentials":[{"a":"x","b":-1.5e3}],"token":"a\\"b"}`
    expect(JSON.parse(masked(text))).toEqual({
      pin: 9999,
      password: null,
      secret: true,
      tokens: 5,
      credentials: [{ a: '*', b: -9.9e9 }],
      token: '****',
    })
  })
})

it.each([
  'a sentence about passwords, of which none is here, and basic authentication is fine',
  'https://example.com:8080/a/b@c?x=1',
  '{"max_tokens":100,"total_tokens":7,"key":"k","monkey":"m","primary_key":"id"}',
  'SELECT * FROM users WHERE id = 7 -- token of appreciation',
  'Error: connect ECONNREFUSED 10.0.0.1:5432',
  'time=12:30:45 level=info msg="done"',
  'bearer of news',
  'a task-based e-mail, risky: sk-short',
])('leaves what is none: %s', (text) => {
  expect(masked(text)).toBe(text)
})

it('never changes lengths, never fails, and never reaches out of its text', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'password',
      '"',
      "'",
      '\\',
      ':',
      '=',
      '://',
      '@',
      '{',
      '}',
      '[',
      ']',
      ' ',
      'Bearer ',
      'eyJ',
      'token',
      '-----BEGIN PRIVATE KEY-----',
    ),
    fc.string({ maxLength: 8, unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('')
      const inner = Buffer.from(text)
      const bytes = Buffer.concat([Buffer.from('password=kept;'), inner, Buffer.from('"kept@kept"')])
      maskText(bytes, 14, 14 + inner.length)
      expect(bytes.toString('utf8', 0, 14)).toBe('password=kept;')
      expect(bytes.toString('utf8', 14 + inner.length)).toBe('"kept@kept"')
    }),
    { numRuns: 300 },
  )
})

it.each([
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0', '.dBjft'],
  ['token=bearer', ' x'],
  ['token={"a":"b"', ':1'],
  ['password:', '{"a":1}'],
  ['password:', '"x"'],
  ['password:\\\\', '"x"'],
  ['a://b:c', '@d'],
  ['Bearer', ' 0123456789'],
])('reads nothing behind its text: %s|%s', (text, behind) => {
  const alone = Buffer.from(text)
  const count = maskText(alone, 0, alone.length)
  const within = Buffer.from(text + behind)
  expect(maskText(within, 0, text.length)).toBe(count)
  expect(within.toString()).toBe(alone.toString() + behind)
})

it.each(['password="', 'a:', '://:', '-----BEGIN '])('takes no longer for text made to be slow: %s', (piece) => {
  expectNoSquare((length) => {
    const bytes = Buffer.from(piece.repeat(length / piece.length))
    maskText(bytes, 0, bytes.length)
  }, 200_000)
})

it.each([
  ['password', true],
  ['db.password', true],
  ['userPwd', true],
  ['apiKey', true],
  ['x-api-key', true],
  ['http.request.header.authorization', true],
  ['http.request.header.cookie', true],
  ['client_secret', true],
  ['refreshToken', true],
  ['gen_ai.usage.input_tokens', false],
  ['gen_ai.request.max_tokens', false],
  ['next_token', false],
  ['user.id', false],
  ['db.query.text', false],
  ['compass', false],
  ['spinning', false],
])('knows the name %s: %s', (name, isSecret) => {
  expect(isSecretName(name)).toBe(isSecret)
})
