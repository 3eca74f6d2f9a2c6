/** SQL that fills the tables of one run of executions. Columns are named, so that those which are not keep their defaults. */
import { EXECUTION_COLUMNS, LOCATOR_COLUMNS } from './executions-sql.ts'
import { factsSql, type Timeline } from './facts-sql.ts'
import { LOG_COLUMNS, LOGS_EACH, LOGS_OF, metricsSql } from './signals-sql.ts'
import { ENTRY_COLUMNS, STEP_COLUMNS, STEP_FACTS } from './spans-sql.ts'

export interface FillStatement {
  table: string
  sql: string
}

/** In the order in which the stack writes them. */
export function fillStatements(timeline: Timeline, first: number, count: number): FillStatement[] {
  const facts = `(\n${factsSql(timeline, first, count)}\n)`
  const steps = `(
SELECT *, j, ${STEP_FACTS}
FROM ${facts} ARRAY JOIN range(1, toUInt32(step_count) + 1) AS j
)`
  return [
    insert('spans', [ENTRY_COLUMNS, facts], [STEP_COLUMNS, steps]),
    insert('logs', [
      LOG_COLUMNS,
      `(\nSELECT * FROM ${facts} WHERE ${LOGS_OF}\n) ARRAY JOIN range(0, ${LOGS_EACH}) AS k`,
    ]),
    { table: 'metric_points', sql: metricsSql(timeline, first, count) },
    insert('execution_locator', [LOCATOR_COLUMNS, facts]),
    insert('executions', [EXECUTION_COLUMNS, facts]),
  ]
}

type Source = readonly [columns: Readonly<Record<string, string>>, from: string]

/** Of several sources, which have the same columns, one after another. */
function insert(table: string, ...sources: readonly [Source, ...Source[]]): FillStatement {
  const names = Object.keys(sources[0][0])
  const selects = sources.map(
    ([columns, from]) => `SELECT\n  ${names.map((name) => columns[name]).join(',\n  ')}\nFROM ${from}`,
  )
  return {
    table,
    sql: `INSERT INTO ${table} (${names.map((name) => `\`${name}\``).join(', ')})\n${selects.join('\nUNION ALL\n')}`,
  }
}
