import { describe, expect, it } from 'vitest'
import { explain, spanId, spansRequest } from '../../test/kit/explain.ts'
import { explanationText, printable } from './explanation-text.ts'

const told = explain({
  traces: spansRequest([
    { id: 'c', parent: 'b', name: 'deep' },
    { id: 'b', parent: 'a', kind: 3, name: 'SELECT', attributes: { 'db.system.name': 'mysql' } },
    { id: 'a', kind: 2, name: 'GET /x' },
    { id: 'd', parent: 'f', name: 'lost' },
  ]),
})

describe('an explanation as text', () => {
  it('puts spans below their parents, whatever came first', () => {
    const heads = explanationText(told, false)
      .split('\n')
      .filter((line) => /^ *\S.* {2}[0-9a-f]0{15}$/.test(line))
    expect(heads).toEqual([
      `GET /x  ${spanId('a')}`,
      `  SELECT  ${spanId('b')}`,
      `    deep  ${spanId('c')}`,
      `lost  ${spanId('d')}`,
    ])
  })

  it('says what each became, why, by which rule, from what, and why not more', () => {
    const id = 'a'.padEnd(32, '0')
    const [, select] = explanationText(told, false).split('\n\n')
    expect(select!.split('\n').map((line) => line.trim())).toEqual([
      `SELECT  ${spanId('b')}`,
      `became    step of execution ${id}`,
      'why       its profile makes it a step',
      'rule      database at database.yaml:9: a parent',
      'known to  database (db.system.name)',
      'fields    service = svc   (attribute service.name of the resource)',
      'instance = svc   (attribute service.name of the resource)',
      'environment = default   (nobody names one)',
      'step_name = SELECT   (the span’s name)',
      'step_type = db   (the rule)',
      'database_type = mysql   (attribute db.system.name of the span)',
      'status = success   (the span has ended)',
      'not more  database.yaml:8 (entry of rule 4) wants a span without a parent',
    ])
    expect(explanationText(told, false)).toContain(`  ${id}  request GET /x: success, 1 step\n`)
  })

  it('has colours where they are wanted, and no others', () => {
    expect(explanationText(told, false)).not.toContain('\u001b')
    expect(explanationText(told, true)).toContain('\u001b[1mGET /x\u001b[0m')
  })

  it('lets nobody command the terminal', () => {
    expect(printable('a\u001b[2Jb\n\u202ec\u009b')).toBe('a\\u001b[2Jb\\n\\u202ec\\u009b')
    const evil = explain({
      traces: spansRequest([{ id: 'a', name: 'x\u001b[31m', attributes: { 'user.id': '\u0007' } }]),
    })
    for (const control of ['\u001b', '\u0007']) expect(explanationText(evil, false)).not.toContain(control)
  })

  it('ends for spans that are their own ancestors', () => {
    const circle = explain({
      traces: spansRequest([
        { id: 'a', parent: 'b' },
        { id: 'b', parent: 'a' },
      ]),
    })
    expect(explanationText(circle, false).match(/became/g)).toHaveLength(2)
  })
})
