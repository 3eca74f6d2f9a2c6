/** The variables above the dashboard: what it is about, and where the UI is. */
import { EXECUTION_KINDS } from '@runlens/conventions'
import { DATASOURCE } from './datasource.ts'
import { environmentOptions, workflowOptions } from './figures-sql.ts'

const ALL = { text: ['All'], value: ['$__all'] }
/** As the key figures of the API: queries and requests only when asked for. */
export const DEFAULT_KINDS: readonly string[] = EXECUTION_KINDS.filter((kind) => kind !== 'query' && kind !== 'request')

export const VARIABLES = [
  fromQuery('environment', 'Environment', environmentOptions()),
  {
    name: 'kind',
    label: 'Kind',
    type: 'custom',
    hide: 0,
    multi: true,
    includeAll: true,
    allowCustomValue: false,
    query: EXECUTION_KINDS.join(','),
    options: EXECUTION_KINDS.map((kind) => ({ text: kind, value: kind, selected: DEFAULT_KINDS.includes(kind) })),
    current: { text: DEFAULT_KINDS, value: DEFAULT_KINDS },
  },
  fromQuery('workflow', 'Workflow', workflowOptions()),
  {
    name: 'ui_base',
    label: 'Runlens UI',
    type: 'textbox',
    hide: 0,
    query: 'http://localhost:8080',
    options: [],
    current: { text: 'http://localhost:8080', value: 'http://localhost:8080' },
  },
  {
    name: 'tenant',
    type: 'constant',
    // Hidden wholly.
    hide: 2,
    query: 'default',
    options: [],
    current: { text: 'default', value: 'default' },
  },
]

function fromQuery(name: string, label: string, rawSql: string) {
  return {
    name,
    label,
    type: 'query',
    hide: 0,
    multi: true,
    includeAll: true,
    allowCustomValue: false,
    datasource: DATASOURCE,
    query: { refId: name, editorType: 'sql', queryType: 'sql', rawSql },
    // When the time range changes.
    refresh: 2,
    // In the order of the query.
    sort: 0,
    options: [],
    current: ALL,
  }
}
