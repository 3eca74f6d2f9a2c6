/** Attributes that feed a field and did not count: a stronger one was there, or they say nothing, or only elsewhere. */
import { ANY } from '@runlens/otlp'
import { ACTION } from '../spans/compile.ts'
import { findJsonMember } from '../spans/json-member.ts'
import { SOURCE_FIELDS, type SourceField } from '../spans/profile.ts'
import { type AttributeRow, valueText } from './attribute-rows.ts'
import { claimText } from './claims.ts'
import type { SpanView } from './span-view.ts'

export interface PassedOver {
  /** Keys by field, in the order of the payload. */
  beaten: ReadonlyMap<SourceField, readonly string[]>
  /** Sentences on those that could not count at all. */
  hints: string[]
}

export function sourcesPassedOver(view: SpanView): PassedOver {
  const beaten = new Map<SourceField, string[]>()
  const hints: string[] = []
  const { compiled, tape } = view
  for (const row of view.rows) {
    const key = Buffer.from(row.key)
    const index = compiled.keys.find(key, 0, key.length)
    if (index < 0) continue
    for (let i = compiled.first[index]!; i < compiled.first[index + 1]!; i++) {
      const { field, hint, member } = look(view, row, i)
      if (hint !== undefined) hints.push(hint)
      if (field < 0 || view.scan.at[field] === row.row) continue
      const name = SOURCE_FIELDS[field]!
      const place = member === undefined ? row.key : `${row.key} → ${member}`
      const label = row.on === 'span' ? place : `${place} (${row.on})`
      if (!beaten.has(name)) beaten.set(name, [])
      beaten.get(name)!.push(label)
    }
  }
  const { statusAt } = view.scan
  if (statusAt >= 0 && view.mapped.statusExplicit[view.span] === 0) {
    const key = view.rows.find(({ row }) => row === statusAt)?.key ?? 'a status attribute'
    hints.push(`\`${key}\` = ${valueText(tape, statusAt).slice(0, 100)} is no word for a status that is known`)
  }
  return { beaten, hints }
}

interface Look {
  field: number
  hint?: string
  /** Of the JSON text in the attribute. */
  member?: string
}

/** What one action of a key did with the attribute: the field that it offers a value for (-1: none), or why it does not. */
function look(view: SpanView, row: AttributeRow, action: number): Look {
  const { compiled, scan, tape } = view
  const [code, a, c] = [compiled.code[action], compiled.a[action]!, compiled.c[action]!]
  const silent = { field: -1, hint: `\`${row.key}\` = ${valueText(tape, row.row).slice(0, 100)} says nothing` }
  if (code === ACTION.field) return { field: a }
  if (code === ACTION.fieldExcept) return scan.inSet(scan.wordAt(tape, row.row), c) ? silent : { field: a }
  if (code !== ACTION.deferred) return { field: -1 }
  const { field, status, profile, json, words } = compiled.deferred[a]!
  if (field < 0 && status < 0) return { field: -1 }
  if (profile !== 0 && (scan.mask & profile) === 0) {
    const { source } = compiled.profiles.find(({ bit }) => bit === profile)!
    return {
      field: -1,
      hint: `\`${row.key}\` is there, but counts in spans of profile ${source.name} only (${claimText(source)})`,
    }
  }
  if (words >= 0 && scan.inSet(scan.wordAt(tape, row.row), words)) return silent
  if (json === undefined) return { field }
  const { type, valueStart, valueEnd } = tape.attributes.at
  if (type[row.row] !== ANY.string) return { field: -1 }
  const member = findJsonMember(tape.buffer, valueStart[row.row]!, valueEnd[row.row]!, json)
  return member ? { field, member: Buffer.from(json).toString() } : { field: -1 }
}
