/**
 * Turns the query of a panel into what ClickHouse is sent, as Grafana and its ClickHouse data source do: first
 * `$__conditionalAll(condition, $variable)`, then `${variable:singlequote}`, then `$__fromTime`, `$__toTime`, `$__interval_s` and
 * `$__timeInterval(column)`. Anything else is an error.
 */

export interface GrafanaState {
  /** Seconds since the epoch. */
  from: number
  to: number
  /** Length of a bucket in seconds. */
  interval: number
  variables: Readonly<Record<string, string | readonly string[]>>
}

const ALL = '$__all'

export function expandGrafanaSql(sql: string, { from, to, interval, variables }: GrafanaState): string {
  const valuesOf = (name: string): readonly string[] => {
    const value = variables[name]
    if (value === undefined) throw new Error(`no variable ${name}`)
    return typeof value === 'string' ? [value] : value
  }
  const chosen = sql.replaceAll(/\$__conditionalAll\((.*), \$(\w+)\)/g, (_, condition: string, name: string) =>
    valuesOf(name).includes(ALL) ? '1=1' : condition,
  )
  const filled = chosen.replaceAll(/\$\{(\w+):singlequote\}/g, (_, name: string) =>
    valuesOf(name)
      // Backslashes stay as they are.
      .map((value) => `'${value.replaceAll("'", "\\'")}'`)
      .join(','),
  )
  const expanded = filled
    .replaceAll('$__fromTime', `toDateTime(${from})`)
    .replaceAll('$__toTime', `toDateTime(${to})`)
    .replaceAll('$__interval_s', String(interval))
    .replaceAll(
      /\$__timeInterval\((\w+)\)/g,
      (_, column: string) => `toStartOfInterval(toDateTime(${column}), INTERVAL ${interval} second)`,
    )
  const rest = /\$\S*/.exec(expanded)
  if (rest) throw new Error(`not expanded: ${rest[0]}`)
  return expanded
}
