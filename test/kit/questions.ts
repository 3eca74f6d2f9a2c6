/** What holds for the SQL of every question, whoever wrote it. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Question } from '../../query-api/questions/question.ts'

/** A name for its snapshot, and the question asked for tenant `acme`, with {@link HOSTILE} wherever a text may stand. */
export type NamedQuestion = [name: string, question: Question<unknown>]

/** Text that would change a statement if it came into it. */
export const HOSTILE = "x' OR 1=1 --"

/**
 * Tests of SQL as it is written: snapshots in `sql/` beside the test, the tenant at every table, nothing of a user in the text.
 * @param testUrl `import.meta.url` of the test
 */
export function describeQuestions(testUrl: string, questions: readonly NamedQuestion[]): void {
  describe('questions', () => {
    it.each(questions)('%s reads as it did', async (name, { sql }) => {
      await expect(`${sql}\n`).toMatchFileSnapshot(fileURLToPath(new URL(`sql/${name}.sql`, testUrl)))
    })

    it.each(questions)('%s holds every table to the tenant', (_, { sql, params }) => {
      const tables = sql.match(/FROM [a-z]/g)?.length
      expect(sql.match(/WHERE tenant = \{tenant:String\}/g)).toHaveLength(tables ?? 0)
      expect(params.tenant).toBe('acme')
    })

    it.each(questions)('%s has no text of a user in its SQL', (_, { sql }) => {
      expect(sql).not.toContain('1=1')
    })

    it.each(questions)('%s binds what it names and names what it binds', (_, { sql, params }) => {
      const named = new Set([...sql.matchAll(/\{([a-z0-9_]+):/g)].map((match) => match[1]))
      expect([...named].sort()).toEqual(Object.keys(params).sort())
    })
  })
}
