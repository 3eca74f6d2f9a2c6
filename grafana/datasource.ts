/** The data source that every query names: provisioning/datasources/clickhouse.yaml. */
export const DATASOURCE = { type: 'grafana-clickhouse-datasource', uid: 'runlens-clickhouse' } as const

/** The version of the plugin that queries are written for; the one that docker-compose.yml installs. */
export const PLUGIN_VERSION = '4.20.0'

export interface Target {
  refId: string
  datasource: typeof DATASOURCE
  pluginVersion: string
  editorType: 'sql'
  queryType: 'timeseries' | 'table'
  /** 0: time series, 1: table. */
  format: 0 | 1
  rawSql: string
}

/** The one query of a panel, as the plugin keeps it. */
export function target(queryType: Target['queryType'], rawSql: string): Target {
  return {
    refId: 'A',
    datasource: DATASOURCE,
    pluginVersion: PLUGIN_VERSION,
    editorType: 'sql',
    queryType,
    format: queryType === 'timeseries' ? 0 : 1,
    rawSql,
  }
}
