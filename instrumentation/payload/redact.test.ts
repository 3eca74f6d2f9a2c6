import { describe, expect, it } from 'vitest'
import { expectNoSquare } from '../../test/kit/growth.ts'
import { isSecretName, redactText } from './redact.ts'

describe('a name', () => {
  it.each([
    'password',
    'PASSWORD',
    'db_password',
    'userPasswd',
    'pwd',
    'client-secret',
    'apiKey',
    'x-api-key',
    'accessToken',
    'refresh_token',
    'Authorization',
    'proxy-authorization',
    'Set-Cookie',
    'privateKey',
    'credentials',
    'pin',
    'card_cvv',
  ])('%s is a secret', (name) => expect(isSecretName(name)).toBe(true))

  it.each([
    'user',
    'passenger',
    'keyboard',
    'primary_key',
    'input_tokens',
    'spin',
    'compass',
    'opinion',
    'tokenizer',
    'bypass',
  ])('%s is none', (name) => expect(isSecretName(name)).toBe(false))
})

describe('a text', () => {
  it.each([
    ['postgres://shop:hunter2@db:5432/x?ssl=1', 'postgres://shop:[redacted]@db:5432/x?ssl=1'],
    ['mongodb+srv://a:p%40ss@h1,h2/db', 'mongodb+srv://a:[redacted]@h1,h2/db'],
    ['redis://:hunter2@cache:6379', 'redis://:[redacted]@cache:6379'],
    ['Server=db;User Id=sa;Password=hunter2;Encrypt=true', 'Server=db;User Id=sa;Password=[redacted];Encrypt=true'],
    ['host=db password=hunter2 user=me', 'host=db password=[redacted] user=me'],
    ['{"user":"me","password":"hun\\"ter2"}', '{"user":"me","password":[redacted]}'],
    ['Authorization: Bearer abcdef.ghijkl', 'Authorization: Bearer [redacted]'],
    ['https://x.example/?access_token=abcdef&page=2', 'https://x.example/?access_token=[redacted]&page=2'],
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl there', 'got [redacted] there'],
    ["ALTER USER me WITH PASSWORD 'hunter2' VALID", "ALTER USER me WITH PASSWORD '[redacted]' VALID"],
    ["CREATE USER u IDENTIFIED BY 'hunter2'", "CREATE USER u IDENTIFIED BY '[redacted]'"],
  ])('%s', (text, wanted) => expect(redactText(text)).toBe(wanted))

  it.each([
    'SELECT id, name FROM users WHERE password_changed_at > now()',
    'https://example.org/a:b@c',
    'the basic idea',
    'time: 12:30@noon',
    'keys: a, b',
  ])('%s stays', (text) => expect(redactText(text)).toBe(text))

  it.each(['://:', 'a://b:', 'password=', 'aa', 'a_', 'eyJ', 'bearer ', "password '", '{"a_token":"'])(
    'of many %s takes time in proportion to its length',
    (piece) => expectNoSquare((length) => redactText(`token ${piece.repeat(length / piece.length)}`), 65_536),
  )
})
