/** The dashboard "Runlens · Executions": `dashboards/executions.json` is this. */
import {
  countOverTime,
  figuresOverTime,
  figureWithWhole,
  percentile,
  SUCCESS_RATE,
  statusesOverTime,
  workflows,
} from './figures-sql.ts'
import { failedExecutions, failingSteps, slowestExecutions } from './lists-sql.ts'
import { bars, type Column, lines, type Panel, type Place, stat, table } from './panels.ts'
import { STATUS_COLOURS } from './status-colours.ts'
import { VARIABLES } from './variables.ts'

const { success: GOOD, failed: BAD, running: BUSY } = STATUS_COLOURS
const LEVELS = { p50: STATUS_COLOURS.waiting, p95: STATUS_COLOURS.timeout, p99: STATUS_COLOURS.failed }

/** What a reader of any count has to know. */
const LOST =
  'Statuses as stored: an execution silent for 24 hours, `lost` in the API and the UI, still counts as open here. In a range of up to 24 hours there is none.'
const WHOLE = 'The end of the line is the figure over the whole range, which is the one shown.'

/** Statistics, the row on top. */
function statRow(): Panel[] {
  const at = (column: number): Place => ({ x: [0, 5, 10, 15, 20][column]!, y: 0, w: column === 4 ? 4 : 5, h: 4 })
  const rest = { unit: 'short', calc: 'sum' } as const
  return [
    stat({
      ...rest,
      id: 1,
      title: 'Executions',
      description: `Executions that started in the range, whatever their status.`,
      at: at(0),
      sql: countOverTime('executions'),
      colour: BUSY,
    }),
    stat({
      id: 2,
      title: 'Success rate',
      description: `Success ÷ everything final. ${WHOLE} ${LOST}`,
      at: at(1),
      sql: figureWithWhole('success_rate', SUCCESS_RATE),
      unit: 'percent',
      calc: 'last',
      colour: GOOD,
    }),
    stat({
      id: 3,
      title: 'p95 duration',
      description: `95 % of the final executions took no longer, within 1.1 %. ${WHOLE}`,
      at: at(2),
      sql: figureWithWhole('p95', percentile(0.95)),
      unit: 'ms',
      calc: 'last',
      colour: LEVELS.p95,
    }),
    stat({
      ...rest,
      id: 4,
      title: 'Failures',
      description: `Everything final that is not a success: partial, failed, error, timeout, cancelled. ${LOST}`,
      at: at(3),
      sql: countOverTime('failures'),
      colour: BAD,
    }),
    stat({
      ...rest,
      id: 5,
      title: 'Running',
      description: `Executions that started in the range and are queued, running or waiting. ${LOST}`,
      at: at(4),
      sql: countOverTime('running'),
      colour: BUSY,
    }),
  ]
}

function chartRows(): Panel[] {
  return [
    bars({
      id: 6,
      title: 'Throughput by status',
      description: `Executions by the time they started and the status they have now. ${LOST}`,
      at: { x: 0, y: 4, w: 24, h: 8 },
      sql: statusesOverTime(),
      unit: 'short',
      colours: STATUS_COLOURS,
    }),
    lines({
      id: 7,
      title: 'Success rate',
      description: `Success ÷ everything final, by the time of start. No point where nothing is final. ${LOST}`,
      at: { x: 0, y: 12, w: 12, h: 8 },
      sql: figuresOverTime({ success_rate: SUCCESS_RATE }),
      unit: 'percent',
      max: 100,
      colours: { success_rate: GOOD },
    }),
    lines({
      id: 8,
      title: 'Duration',
      description: 'Percentiles of final executions by the time of start, each within 1.1 %.',
      at: { x: 12, y: 12, w: 12, h: 8 },
      sql: figuresOverTime({ p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) }),
      unit: 'ms',
      colours: LEVELS,
    }),
  ]
}

const EXECUTION_LINK: Readonly<Record<string, Column>> = {
  status: { title: 'Status', width: 100, status: true },
  started_at: { title: 'Started', width: 180 },
  duration_ms: { title: 'Duration', unit: 'ms', width: 110 },
  workflow: { title: 'Workflow' },
  execution_id: {
    link: {
      title: 'Open in Runlens',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
      url: '${ui_base}/ui/executions/${__data.fields.execution_id:percentencode}?instance=${__data.fields.instance:percentencode}',
    },
  },
  instance: { hidden: true },
}

function tableRows(): Panel[] {
  return [
    table({
      id: 9,
      title: 'Workflows',
      description: `Executions that started in the range, by workflow; those that failed most first. ${LOST}`,
      at: { x: 0, y: 20, w: 12, h: 9 },
      sql: workflows(),
      unit: 'short',
      columns: {
        workflow: { title: 'Workflow' },
        executions: { title: 'Executions', width: 110 },
        failures: { title: 'Failures', width: 100 },
        success_rate: { title: 'Success rate', unit: 'percent', width: 120 },
        p95: { title: 'p95', unit: 'ms', width: 110 },
      },
    }),
    table({
      id: 10,
      title: 'Failing steps',
      description:
        'Steps of executions that are over and started in the hours that the range touches; those that failed most first. p95 within 1.1 %.',
      at: { x: 12, y: 20, w: 12, h: 9 },
      sql: failingSteps(),
      unit: 'short',
      columns: {
        workflow: { title: 'Workflow' },
        step_name: { title: 'Step' },
        step_type: { title: 'Type', width: 90 },
        steps: { title: 'Runs', width: 90 },
        failures: { title: 'Failures', width: 100 },
        failure_rate: { title: 'Failed', unit: 'percent', width: 90 },
        p95: { title: 'p95', unit: 'ms', width: 110 },
      },
    }),
    table({
      id: 11,
      title: 'Slowest executions',
      description:
        'The 50 that took longest of those that started in the range. A click on the id opens it in Runlens.',
      at: { x: 0, y: 29, w: 12, h: 10 },
      sql: slowestExecutions(),
      unit: 'short',
      columns: { ...EXECUTION_LINK, service: { title: 'Service' } },
    }),
    table({
      id: 12,
      title: 'Failed executions',
      description: `The 50 that started last of those in the range that are final and no success. A click on the id opens it in Runlens. ${LOST}`,
      at: { x: 12, y: 29, w: 12, h: 10 },
      sql: failedExecutions(),
      unit: 'short',
      columns: {
        ...EXECUTION_LINK,
        failed_step: { title: 'Step' },
        error_type: { title: 'Error' },
        error: { title: 'Message' },
      },
    }),
  ]
}

export function executionsDashboard() {
  return {
    uid: 'runlens-executions',
    title: 'Runlens · Executions',
    description: 'Throughput, success, duration and failures of executions, from the rollups of Runlens.',
    tags: ['runlens'],
    schemaVersion: 41,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    time: { from: 'now-24h', to: 'now' },
    refresh: '30s',
    timepicker: {},
    annotations: { list: [] },
    links: [
      {
        type: 'link',
        title: 'Runlens',
        tooltip: 'The list of executions',
        icon: 'external link',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
        url: '${ui_base}/ui/',
        targetBlank: true,
      },
    ],
    templating: { list: VARIABLES },
    panels: [...statRow(), ...chartRows(), ...tableRows()],
  }
}
