/** Profiles as data: what ships is valid, what a person writes wrongly is told with file, line and key. */
import { readFileSync } from 'node:fs'
import { packageAsset, RunlensError } from '@runlens/runtime'
import { describe, expect, it } from 'vitest'
import { loadProfiles, readProfileSet } from './load-profiles.ts'

const FIELDS = 'execution_id: [run.id]\nuser_id: [user.id]\n'
const STATUSES = 'completed: success\n'
const GOOD = 'name: mine\norder: 5\nselect: { scopes: [mine] }\nroles:\n  - { role: entry, rule: 2, kind: job }\n'

function faultsOf(files: Record<string, string>): string {
  try {
    readProfileSet(new Map(Object.entries({ 'fields.yaml': FIELDS, 'statuses.yaml': STATUSES, ...files })))
  } catch (error) {
    expect(error).toBeInstanceOf(RunlensError)
    expect((error as RunlensError).code).toBe('config_invalid')
    return (error as RunlensError).message
  }
  return ''
}

describe('profiles', () => {
  it('that ship are valid, in order, pending spans and native before every emitter, the catch-all last', () => {
    const names = loadProfiles().profiles.map(({ name }) => name)
    expect(names.slice(0, 2)).toEqual(['logfire', 'native'])
    expect(names.at(-1)).toBe('opentelemetry')
    expect(names).toEqual(expect.arrayContaining(['n8n', 'mastra', 'langgraph', 'openinference', 'ai-sdk', 'gen_ai']))
  })

  it('may be written by anybody', () => {
    expect(faultsOf({ 'mine.yaml': GOOD })).toBe('')
  })

  it('that are wrong say which file, line and key, all faults at once', () => {
    const message = faultsOf({
      'mine.yaml': `${GOOD}  - { role: boss, type: node }\n  - { role: step, rule: 2 }\ncolour: red\n`,
      'other.yaml': 'name: other\norder: soon\nselect: {}\nstatus: { keys: [s], words: { done: finished } }\n',
    })
    expect(message.split('\n  - ').slice(1)).toEqual([
      'mine.yaml:8: colour: is no key here; known are name, provider, order, select, prefixes, skip, roles, status, fields',
      'mine.yaml:6: roles[1].role: must be one of other, marker, step, candidate, entry; is "boss"',
      'mine.yaml:7: roles[2].rule: belongs to entries and candidates only',
      'other.yaml:2: order: must be an integer from 0 to 1000, is "soon"',
      'other.yaml:3: select: must say by what the spans are recognised',
      'other.yaml:4: status.words.done: must be one of \'\', queued, running, waiting, success, partial, failed, error, timeout, cancelled; is "finished"',
    ])
  })

  it('must differ in name, and fields may name known profiles only', () => {
    expect(faultsOf({ 'a.yaml': GOOD, 'b.yaml': GOOD })).toContain(
      'b.yaml:1: name: mine stands twice: the profile that ships (a.yaml) has it',
    )
    expect(faultsOf({ 'fields.yaml': 'user_id: [{ key: u, profile: nobody }]\n' })).toContain(
      'fields.yaml:1: user_id[0].profile: is no profile: nobody',
    )
    expect(faultsOf({ 'fields.yaml': 'usr_id: [u]\n' })).toContain('fields.yaml:1: usr_id: is no key here')
  })

  it('are at most as many as a span’s matches have bits', () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}.yaml`, GOOD.replace('mine', `p${i}`)]))
    expect(faultsOf(many(31))).toBe('')
    expect(faultsOf(many(32))).toContain('are 32 together with the 32 that ship; at most 31 can be used')
  })

  it('must be YAML', () => {
    expect(faultsOf({ 'mine.yaml': 'name: [' })).toContain('mine.yaml:1: is no YAML')
    expect(faultsOf({ 'mine.yaml': 'name: a\norder: 1\norder: 2\n' })).toContain('mine.yaml:3: is no YAML')
  })
})

describe('docs/model.md', () => {
  it('lists every attribute that feeds a field or marks a profile’s spans', () => {
    const page = readFileSync(packageAsset(import.meta.url, '../docs/model.md'), 'utf8')
    const { fields, profiles } = loadProfiles()
    const keys = new Set([
      ...[...fields.values()].flatMap((sources) => sources.map(({ key }) => key)),
      ...profiles.flatMap(({ select, roles, status }) => [
        ...select.attributes.map(({ key }) => key),
        ...roles.flatMap(({ attributes }) => Object.keys(attributes)),
        ...(status?.keys ?? []),
      ]),
    ])
    expect([...keys].filter((key) => !page.includes(`\`${key}\``))).toEqual([])
  })
})
