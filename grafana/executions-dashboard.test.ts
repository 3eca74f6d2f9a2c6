import { readFileSync } from 'node:fs'
import { STATUSES } from '@runlens/conventions'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DATASOURCE, PLUGIN_VERSION } from './datasource.ts'
import { executionsDashboard } from './executions-dashboard.ts'
import { STATUS_COLOURS, STORED_STATUSES } from './status-colours.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const dashboard = executionsDashboard()
const { panels } = dashboard

it('is what lies in dashboards/, where Grafana reads it', async () => {
  await expect(`${JSON.stringify(dashboard, null, 2)}\n`).toMatchFileSnapshot('dashboards/executions.json')
})

describe('the dashboard', () => {
  it('has panels with ids of their own, of which no two overlap and none is wider than the page', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(panels.filter(({ gridPos: { x, w } }) => x < 0 || x + w > 24)).toEqual([])
  })

  it('says of every panel what it shows, and in which unit', () => {
    expect(panels.filter(({ description }) => !/^[A-Z0-9].{20,}\.$/.test(description))).toEqual([])
    expect(
      panels.filter(({ fieldConfig: { defaults } }) => !/^(short|percent|ms)$/.test(String(defaults.unit))),
    ).toEqual([])
  })

  it('asks one question per panel, of the provisioned data source, in the format that its type needs', () => {
    for (const { type, title, datasource, targets, interval } of panels) {
      expect(targets, title).toHaveLength(1)
      expect([datasource, targets[0]!.datasource], title).toEqual([DATASOURCE, DATASOURCE])
      expect([targets[0]!.queryType, targets[0]!.format, interval], title).toEqual(
        type === 'table' ? ['table', 1, undefined] : ['timeseries', 0, '1m'],
      )
    }
  })

  it('leads from both lists to the address that the UI has for an execution', async () => {
    // Not by a literal: the UI is type-checked by itself, for browsers.
    const { executionPath } = (await import(new URL('../web/routing/routes.ts', import.meta.url).href)) as {
      executionPath: (execution: { execution_id: string; instance: string }) => string
    }
    const links = panels.flatMap(({ fieldConfig: { overrides } }) =>
      overrides.flatMap(({ properties }) => properties.filter(({ id }) => id === 'links').map(({ value }) => value)),
    ) as { url: string }[][]
    expect(links).toHaveLength(2)
    const values: Record<string, string> = {
      ui_base: 'http://localhost:8080',
      '__data.fields.execution_id:percentencode': encodeURIComponent('a/b ?'),
      '__data.fields.instance:percentencode': encodeURIComponent('shop'),
    }
    for (const [link] of links) {
      const url = link!.url.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => values[name]!)
      expect(url).toBe(`${values.ui_base}${executionPath({ execution_id: 'a/b ?', instance: 'shop' })}`)
    }
  })

  it('uses no variable that it does not have, and has none that nothing uses', () => {
    const { templating, ...rest } = dashboard
    const used = [...JSON.stringify([rest, templating.list.map(({ query }) => query)]).matchAll(/\$\{?([a-z]\w*)/g)]
    expect([...new Set(used.map(([, name]) => name))].sort()).toEqual(templating.list.map(({ name }) => name).sort())
  })
})

describe('the colours of statuses', () => {
  it('are there for all that are stored', () => {
    expect([...STORED_STATUSES].sort()).toEqual(STATUSES.filter((status) => status !== 'lost').sort())
  })

  it.each(['full', 'protan', 'deutan', 'tritan'] as const)('can be told apart with %s vision', (vision) => {
    const seen = STORED_STATUSES.map((status) => ({ status, colour: seenBy(vision, STATUS_COLOURS[status]) }))
    const close = seen.flatMap((a, index) =>
      seen
        .slice(index + 1)
        .filter((b) => Math.hypot(...a.colour.map((part, n) => part - b.colour[n]!)) < 0.12)
        .map((b) => `${a.status} ${b.status}`),
    )
    expect(close).toEqual([])
  })
})

describe('provisioning', () => {
  const compose = parse(read('../docker-compose.yml'), { merge: true }) as {
    services: { grafana: { environment: Record<string, string>; volumes: string[] } }
  }
  const { environment, volumes } = compose.services.grafana
  const mounts = volumes.map((volume) => volume.split(':'))

  it('knows the data source that dashboards name, by variables that the container has', () => {
    const text = read('provisioning/datasources/clickhouse.yaml')
    const { datasources } = parse(text) as {
      datasources: { uid: string; type: string; jsonData: { protocol: string } }[]
    }
    expect(datasources).toHaveLength(1)
    expect(datasources[0]).toMatchObject({ ...DATASOURCE, jsonData: { protocol: 'http' } })
    const named = [...text.matchAll(/\$(\w+)/g)].map(([, name]) => name!)
    expect(named.sort()).toEqual(
      Object.keys(environment)
        .filter((name) => name.startsWith('CLICKHOUSE_'))
        .sort(),
    )
    expect(environment.GF_PLUGINS_PREINSTALL_SYNC).toBe(`${DATASOURCE.type}@${PLUGIN_VERSION}`)
  })

  it('loads dashboards from where they are mounted, and is mounted where Grafana looks for it', () => {
    const { providers } = parse(read('provisioning/dashboards/runlens.yaml')) as {
      providers: { options: { path: string } }[]
    }
    expect(mounts).toContainEqual(['./grafana/dashboards', providers[0]!.options.path, 'ro'])
    expect(mounts).toContainEqual(['./grafana/provisioning', '/etc/grafana/provisioning', 'ro'])
  })
})

/** Wholly colour-blind vision after Viénot, Brettel and Mollon (tritan: a projection of the same form), over linear RGB. */
const SIMULATIONS = {
  full: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.1124, 0.8876, 0, 0.1124, 0.8876, 0, 0.004, -0.004, 1],
  deutan: [0.2928, 0.7072, 0, 0.2928, 0.7072, 0, -0.0223, 0.0223, 1],
  tritan: [1, 0.1446, -0.1446, 0, 0.8586, 0.1414, 0, 0.8586, 0.1414],
} as const

/** Lightness and two hues (Oklab) of a colour as it is seen. */
function seenBy(vision: keyof typeof SIMULATIONS, hex: string): number[] {
  const rgb = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
  const linear = rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  const seen = times(SIMULATIONS[vision], linear).map((part) => Math.max(0, part))
  const toLms = [
    0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376,
    0.6299787005,
  ]
  const toLab = [
    0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662,
    -0.808675766,
  ]
  return times(toLab, times(toLms, seen).map(Math.cbrt))
}

function times(matrix: readonly number[], vector: readonly number[]): number[] {
  return [0, 1, 2].map((row) => vector.reduce((sum, part, column) => sum + matrix[row * 3 + column]! * part, 0))
}
