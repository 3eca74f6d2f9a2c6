/** The documentation names what the code knows, and nothing else. */
import { readFileSync } from 'node:fs'
import { configurationKeys, ENVIRONMENT_VARIABLES, ERROR_CODES, formatAddress, loadSettings } from '@runlens/runtime'
import { describe, expect, it } from 'vitest'
import { PROBLEM_CODES } from '../../query-api/problem-codes.ts'
import { codeRows } from '../kit/markdown.ts'

const textOf = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))
const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

describe('docs/configuration.md', () => {
  const rows = codeRows(read('configuration.md'))

  it('lists every environment variable, and no other', () => {
    const documented = rows.map(([name]) => name).filter((name) => name?.startsWith('RUNLENS_'))
    expect(documented.sort()).toEqual([...ENVIRONMENT_VARIABLES].sort())
  })

  it('lists every key of the YAML file with its default, and no other', () => {
    const documented = rows.filter(([name]) => !name?.startsWith('RUNLENS_')).map(([key, value]) => ({ key, value }))
    const known = configurationKeys().map(({ key, default: value }) => ({ key, value: textOf(value) }))
    expect(known.length).toBeGreaterThan(20)
    expect(documented).toEqual(known)
  })

  it('gives each key a unit and a meaning', () => {
    const bare = rows.filter((cells) => cells.length !== 4 || cells.some((cell) => cell === ''))
    expect(bare).toEqual([])
  })

  it('tells the addresses that are really the defaults', () => {
    const { otlpGrpc, otlpHttp, apiAddress, workerAddress, clickhouseAddress } = loadSettings({})
    const documented = rows.flatMap(([, , value]) => (value?.startsWith('127.0.0.1:') ? [value] : []))
    const known = [otlpGrpc, otlpHttp, apiAddress, workerAddress, clickhouseAddress]
    expect(documented).toEqual(known.map(formatAddress))
  })
})

describe('docs/errors.md', () => {
  const sections = read('errors.md').split(/^### /m).slice(1)
  const documented = sections.map((section) => /^`([a-z_]+)`/.exec(section)?.[1])

  it('explains every code that a process or an answer may carry, once, and no other', () => {
    const known = new Set<string>([...ERROR_CODES, ...PROBLEM_CODES.map(({ code }) => code)])
    expect([...documented].sort()).toEqual([...known].sort())
  })

  it('says problem, cause and fix of each', () => {
    const incomplete = sections.filter((section) =>
      ['Problem', 'Cause', 'Fix'].some((part) => !new RegExp(`^- \\*\\*${part}\\*\\*: \\S`, 'm').test(section)),
    )
    expect(incomplete).toEqual([])
  })

  it('names the right status of each answer', () => {
    for (const { code, status } of PROBLEM_CODES) {
      const section = sections.find((one) => one.startsWith(`\`${code}\``))
      expect(section, code).toContain(`${status}`)
    }
  })
})
