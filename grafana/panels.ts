/** Panels of Grafana's dashboard model, as far as this dashboard needs them. */
import { DATASOURCE, type Target, target } from './datasource.ts'
import { STATUS_COLOURS } from './status-colours.ts'

export interface Place {
  x: number
  y: number
  w: number
  h: number
}

interface Override {
  matcher: { id: 'byName'; options: string }
  properties: { id: string; value: unknown }[]
}

export interface Panel {
  id: number
  type: 'stat' | 'timeseries' | 'table'
  title: string
  description: string
  gridPos: Place
  datasource: typeof DATASOURCE
  targets: Target[]
  /** The finest bucket: what rollups tell apart. */
  interval?: string
  fieldConfig: { defaults: Record<string, unknown>; overrides: Override[] }
  options: Record<string, unknown>
}

interface About {
  id: number
  title: string
  description: string
  at: Place
  sql: string
  unit: string
}

const MINUTE = '1m'

function panel(
  type: Panel['type'],
  { id, title, description, at, sql }: About,
): Omit<Panel, 'fieldConfig' | 'options'> {
  const queryType = type === 'table' ? 'table' : 'timeseries'
  const head = { id, type, title, description, gridPos: at, datasource: DATASOURCE, targets: [target(queryType, sql)] }
  return type === 'table' ? head : { ...head, interval: MINUTE }
}

/** One figure with its sparkline. @param calc what the figure is: of the points their sum, or the last one */
export function stat(about: About & { calc: 'sum' | 'last'; colour: string }): Panel {
  return {
    ...panel('stat', about),
    fieldConfig: {
      defaults: { unit: about.unit, color: { mode: 'fixed', fixedColor: about.colour }, noValue: '–' },
      overrides: [],
    },
    options: {
      reduceOptions: { calcs: [about.calc], fields: '', values: false },
      graphMode: 'area',
      colorMode: 'value',
      textMode: 'value',
      justifyMode: 'auto',
      orientation: 'auto',
    },
  }
}

const LEGEND = { legend: { displayMode: 'list', placement: 'bottom', showLegend: true } }

/** Stacked bars. */
export function bars(about: About & { colours: Readonly<Record<string, string>> }): Panel {
  return {
    ...panel('timeseries', about),
    fieldConfig: {
      defaults: {
        unit: about.unit,
        min: 0,
        custom: {
          drawStyle: 'bars',
          fillOpacity: 90,
          lineWidth: 0,
          barAlignment: 1,
          stacking: { mode: 'normal', group: 'A' },
        },
      },
      overrides: fixedColours(about.colours),
    },
    options: { ...LEGEND, tooltip: { mode: 'multi', sort: 'none' } },
  }
}

/** Lines that start at zero; what is unknown interrupts none of them. */
export function lines(about: About & { colours: Readonly<Record<string, string>>; max?: number }): Panel {
  return {
    ...panel('timeseries', about),
    fieldConfig: {
      defaults: {
        unit: about.unit,
        min: 0,
        ...(about.max === undefined ? {} : { max: about.max }),
        custom: { drawStyle: 'line', lineWidth: 2, fillOpacity: 0, showPoints: 'auto', spanNulls: true },
      },
      overrides: fixedColours(about.colours),
    },
    options: { ...LEGEND, tooltip: { mode: 'multi', sort: 'none' } },
  }
}

export interface Column {
  title?: string
  unit?: string
  width?: number
  hidden?: true
  /** An address that a click leads to. */
  link?: { title: string; url: string }
  /** Coloured as statuses are everywhere. */
  status?: true
}

/** @param columns by the names in the query */
export function table(about: About & { columns: Readonly<Record<string, Column>> }): Panel {
  return {
    ...panel('table', about),
    fieldConfig: {
      defaults: { unit: about.unit, custom: { align: 'auto', filterable: true } },
      overrides: Object.entries(about.columns).map(([name, column]) => byName(name, columnProperties(column))),
    },
    options: { showHeader: true, cellHeight: 'sm' },
  }
}

function columnProperties({ title, unit, width, hidden, link, status }: Column): Record<string, unknown> {
  const mappings = Object.fromEntries(Object.entries(STATUS_COLOURS).map(([name, color]) => [name, { color }]))
  return {
    ...(title !== undefined && { displayName: title }),
    ...(unit !== undefined && { unit }),
    ...(width !== undefined && { 'custom.width': width }),
    ...(hidden && { 'custom.hidden': true }),
    ...(link && { links: [{ ...link, targetBlank: true }] }),
    ...(status && {
      mappings: [{ type: 'value', options: mappings }],
      'custom.cellOptions': { type: 'color-text' },
    }),
  }
}

function fixedColours(colours: Readonly<Record<string, string>>): Override[] {
  return Object.entries(colours).map(([name, fixedColor]) => byName(name, { color: { mode: 'fixed', fixedColor } }))
}

function byName(name: string, properties: Readonly<Record<string, unknown>>): Override {
  return {
    matcher: { id: 'byName', options: name },
    properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
  }
}
