import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadSettings } from '../config.ts'
import { encryptedAttributes, encryptionKeys } from './encryption-settings.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-encryption-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function load(encryption: unknown, environment: Record<string, string>) {
  const path = join(directory, 'runlens.yaml')
  writeFileSync(path, JSON.stringify({ encryption }))
  return loadSettings({ RUNLENS_CONFIG: path, ...environment })
}

function faultsOf(encryption: unknown, environment: Record<string, string>): string {
  try {
    load(encryption, environment)
  } catch (error) {
    expect(error).toMatchObject({ code: 'config_invalid' })
    return (error as Error).message
  }
  return ''
}

const keys = (...variables: string[]) => variables.map((secret_env, index) => ({ id: `k${index + 1}`, secret_env }))

it('is off unless there are keys', () => {
  const { encryption, secrets } = loadSettings({})
  expect(encryption).toEqual({ keys: [], attributes: ['default'], logBodies: 'on' })
  expect(encryptionKeys(encryption, secrets)).toEqual([])
})

it('takes keys from the environment, in base64 and in hexadecimal digits, the first one first', () => {
  const [one, two, three] = [randomBytes(32), randomBytes(32), randomBytes(32)]
  const { encryption, secrets } = load(
    { keys: keys('RUNLENS_TEXT_KEY', 'OTHER', 'THIRD') },
    { RUNLENS_TEXT_KEY: one.toString('base64'), OTHER: two.toString('hex'), THIRD: three.toString('base64url') },
  )
  expect(encryptionKeys(encryption, secrets)).toEqual([
    { id: 'k1', bytes: one },
    { id: 'k2', bytes: two },
    { id: 'k3', bytes: three },
  ])
})

it('tells what is wrong with them, and never what they are', () => {
  const short = randomBytes(31).toString('base64')
  const faults = faultsOf({ keys: keys('SHORT', 'MISSING', 'WORDS') }, { SHORT: short, WORDS: 'correct horse battery' })
  expect(faults).toContain('encryption.keys.0.secret_env: SHORT must hold 32 bytes')
  expect(faults).toContain('encryption.keys.1.secret_env: MISSING is not set')
  expect(faults).toContain('encryption.keys.2.secret_env: WORDS must hold 32 bytes')
  expect(faults).not.toContain(short)
  expect(faults).not.toContain('horse')
})

it('refuses an id that is there twice, an odd one, and a key in the file itself', () => {
  const secret_env = 'A'
  const environment = { A: randomBytes(32).toString('hex') }
  const twice = [
    { id: 'a', secret_env },
    { id: 'a', secret_env },
  ]
  expect(faultsOf({ keys: twice }, environment)).toContain('encryption.keys.1.id: "a" is the id of another key already')
  expect(faultsOf({ keys: [{ id: 'a:b', secret_env }] }, environment)).toContain(
    'encryption.keys.0.id: must have 1 to 32',
  )
  expect(faultsOf({ keys: [{ id: 'a', secret: environment.A }] }, environment)).not.toContain(environment.A)
})

it('knows names, beginnings of names and the default', () => {
  const { names, prefixes } = encryptedAttributes({ attributes: ['default', 'Acme.Note', 'acme.form.*'] })
  expect([...names]).toEqual(expect.arrayContaining(['db.query.text', 'input.value', 'acme.note']))
  expect(prefixes).toEqual(expect.arrayContaining(['gen_ai.prompt.', 'acme.form.']))
  expect([...encryptedAttributes({ attributes: ['a'] }).names]).toEqual(['a'])
})
