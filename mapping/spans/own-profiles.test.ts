/** Profiles of one's own: who wins, what they reach, and what is told of those that are wrong. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RunlensError } from '@runlens/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { explain, type SpanParts, spansRequest } from '../../test/kit/explain.ts'
import type { ExplainedSpan } from '../index.ts'
import { loadProfiles, PROFILES_MAX } from './load-profiles.ts'
import { PROFILE_BYTES_MAX } from './own-files.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-profiles-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function file(name: string, text: string): string {
  writeFileSync(join(directory, name), text)
  return join(directory, name)
}

function faultsOf(...paths: string[]): string[] {
  try {
    loadProfiles(paths)
  } catch (error) {
    expect(error).toBeInstanceOf(RunlensError)
    expect((error as RunlensError).code).toBe('config_invalid')
    return (error as RunlensError).message
      .split('\n  - ')
      .slice(1)
      .map((fault) => fault.replaceAll(`${directory}/`, ''))
  }
  return []
}

/** One span under profiles of these texts. */
function map(part: Omit<SpanParts, 'id'>, ...texts: string[]): ExplainedSpan {
  const profiles = loadProfiles(texts.map((text, i) => file(`p${i}.yaml`, text)))
  return explain({ traces: spansRequest([{ id: 'a', ...part }]) }, { profiles }).spans[0]!
}

function valueIn(span: ExplainedSpan, field: string): string | undefined {
  return span.fields.find((each) => each.field === field)?.value
}

const MINE = `
name: mine
select: { scopes: [n8n-workflow] }
roles:
  - { names: [workflow.execute], role: entry, kind: job }
status: { keys: [state], words: { fine: success, sad: failed } }
fields: { execution_id: [id], user_id: [{ key: who, except: [nobody] }] }
`

describe('a profile of one’s own', () => {
  it('wins over ours with the same scope; where none of its roles fits, ours are asked', () => {
    const run = map(
      { scope: 'n8n-workflow', name: 'workflow.execute', attributes: { 'n8n.execution.id': '1', id: 9 } },
      MINE,
    )
    expect(run).toMatchObject({ provider: 'mine', execution_id: '9', rule: { profile: 'mine', rule: 2, line: 5 } })
    expect(valueIn(run, 'execution_kind')).toBe('job')
    expect(run.profiles.map(({ profile }) => profile)).toEqual(['mine', 'n8n', 'opentelemetry'])
    const node = map({ parent: 'b', scope: 'n8n-workflow', name: 'node.execute' }, MINE)
    expect(node).toMatchObject({ role: 'step', provider: 'mine', rule: { profile: 'n8n' } })
  })

  it('yields to the native contract, in role, field and status', () => {
    const attributes = {
      'runlens.execution.id': 'r',
      'runlens.execution.status': 'partial',
      id: '9',
      state: 'sad',
    }
    const span = map({ scope: 'n8n-workflow', name: 'workflow.execute', attributes }, MINE)
    expect(span).toMatchObject({ provider: 'runlens', execution_id: 'r', rule: { profile: 'native', rule: 1 } })
    expect(valueIn(span, 'status')).toBe('partial')
  })

  it('has fields and status words in its own spans alone', () => {
    const attributes = { id: '9', state: 'SAD', who: 'ada' }
    const own = map({ scope: 'n8n-workflow', name: 'workflow.execute', attributes }, MINE)
    expect([valueIn(own, 'status'), valueIn(own, 'user_id')]).toEqual(['failed', 'ada'])
    const other = map({ scope: 'somebody', attributes }, MINE)
    expect([valueIn(other, 'status'), valueIn(other, 'user_id'), other.execution_id]).toEqual([
      'success',
      undefined,
      'a'.padEnd(32, '0'),
    ])
    expect(other.why_not_more).toContain(
      '`state` is there, but counts in spans of profile mine only (scope n8n-workflow)',
    )
  })

  it('goes before the sources that all emitters have, but not with a value that says nothing', () => {
    const attributes = { 'user.id': 'u', who: 'ada' }
    expect(valueIn(map({ scope: 'n8n-workflow', attributes }, MINE), 'user_id')).toBe('ada')
    const nobody = map({ scope: 'n8n-workflow', attributes: { ...attributes, who: 'nobody' } }, MINE)
    expect(valueIn(nobody, 'user_id')).toBe('u')
    expect(nobody.why_not_more).toContain('`who` = nobody says nothing')
  })

  it('is asked by its order among others of one’s own', () => {
    const yours = MINE.replace('name: mine', 'name: yours')
    const parts = { scope: 'n8n-workflow', name: 'workflow.execute' }
    expect(map(parts, MINE, yours).provider).toBe('mine')
    expect(map(parts, MINE, `${yours}order: 499\n`).provider).toBe('yours')
  })

  it('may make candidates, and joins two values', () => {
    const text = `
name: soft
select: { attributes: [{ key: soft.kind, in: [run] }] }
roles: [{ role: candidate, rule: 3, kind: agent }]
fields: { workflow_name: [{ key: soft.name, after: environment }] }
`
    const attributes = { 'soft.kind': 'run', 'soft.name': 'x', 'deployment.environment': 'test' }
    const span = map({ attributes }, text)
    expect(span).toMatchObject({ role: 'candidate', became: 'execution', provider: 'soft' })
    expect(valueIn(span, 'workflow_name')).toBe('test x')
    expect(map({ attributes: { ...attributes, 'soft.kind': 'walk' } }, text).provider).toBe('opentelemetry')
  })
})

describe('paths', () => {
  it('may be files and directories, of which every YAML file counts', () => {
    mkdirSync(join(directory, 'more'))
    file('more/a.yaml', MINE)
    file('more/b.yml', MINE.replace('name: mine', 'name: b'))
    file('more/notes.txt', 'no profile')
    const one = file('one.yaml', MINE.replace('name: mine', 'name: one'))
    const names = loadProfiles([join(directory, 'more'), one]).profiles.map(({ name }) => name)
    expect(names.slice(0, 5)).toEqual(['logfire', 'native', 'b', 'mine', 'one'])
  })

  it('that hold nothing are told beside everything else, all at once, with file and line', () => {
    mkdirSync(join(directory, 'empty'))
    const broken = file('broken.yaml', 'name: x\nroles: [\n')
    const wrong = file(
      'wrong.yaml',
      [
        'name: n8n',
        'select: { always: true, attributes: [{ key: a, out: [b] }] }',
        'roles:',
        '  - role: entry',
        '    rule: 1',
        '    kind: workflow',
        '  - { role: step, names: no list }',
        'fields:',
        '  usr_id: [u]',
        '  user_id: [{ key: u, profile: n8n }]',
        'regexp: "("',
      ].join('\n'),
    )
    const large = file('large.yaml', '#'.repeat(PROFILE_BYTES_MAX + 1))
    expect(faultsOf(join(directory, 'none.yaml'), join(directory, 'empty'), broken, wrong, large)).toEqual([
      "none.yaml: can't be read (ENOENT); mapping.profiles names it",
      'empty: holds no *.yaml; mapping.profiles names it',
      `large.yaml: has ${PROFILE_BYTES_MAX + 1} bytes, a profile at most ${PROFILE_BYTES_MAX}`,
      expect.stringMatching(/^broken\.yaml:\d: is no YAML: /),
      'wrong.yaml:11: regexp: is no key here; known are name, provider, order, select, prefixes, skip, roles, status, fields',
      'wrong.yaml:2: select.always: is no key here; known are scopes, attributes',
      'wrong.yaml:2: select.attributes[0].out: is no key here; known are key, json, in',
      'wrong.yaml:5: roles[0].rule: must be 2 or left out: an entry of your own is an execution wherever it stands',
      'wrong.yaml:7: roles[1].names: must be a list, is "no list"',
      expect.stringMatching(/^wrong\.yaml:9: fields\.usr_id: is no key here; known are service, /),
      'wrong.yaml:1: name: n8n stands twice: the profile that ships (n8n.yaml) has it',
      'wrong.yaml:10: fields.user_id[0].profile: is this one already: leave it out',
    ])
  })

  it('are too many where a number has no bit left for them', () => {
    const shipped = loadProfiles().profiles.length
    const paths = Array.from({ length: PROFILES_MAX - shipped + 1 }, (_, i) =>
      file(`p${i}.yaml`, MINE.replace('name: mine', `name: p${i}`)),
    )
    expect(loadProfiles(paths.slice(1)).profiles).toHaveLength(PROFILES_MAX)
    expect(faultsOf(...paths)).toEqual([
      `mapping.profiles: are ${PROFILES_MAX + 1} together with the ${shipped} that ship; at most ${PROFILES_MAX} can be used`,
    ])
  })

  it('of two files with one name both are told', () => {
    expect(faultsOf(file('a.yaml', MINE), file('b.yaml', MINE))).toEqual([
      `b.yaml:2: name: mine stands twice: a.yaml has it`,
    ])
  })
})
