/** What every process tells Prometheus alike: its build, its Node, and a table of figures that are counted elsewhere. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { version } from './version.ts'

export { Counter, Gauge, Histogram, type Registry }

/** Bounds in seconds for what takes from a millisecond to a minute. */
export const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** One figure, or one for each value of a label. */
export type Figure = number | Readonly<Record<string, number>>

/** A row of a process's table: what a figure is called and where it comes from. With a label, `value` gives one figure for each. */
export type FigureRow<Source> = readonly [
  kind: 'counter' | 'gauge',
  name: string,
  help: string,
  value: (source: Source) => Figure,
  label?: string,
]

/** A registry with what all processes tell: build, processor, memory, event loop. */
export function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'runlens_build_info',
    help: 'Always 1; its labels say which build runs.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.versions.node }, 1)
  return registry
}

/** Adds a table whose figures are read when somebody asks. */
export function addFigures<Source>(registry: Registry, source: () => Source, rows: readonly FigureRow<Source>[]): void {
  const registers = [registry]
  for (const [kind, name, help, value, label] of rows) {
    const options = { name, help, labelNames: label ? [label] : [], registers }
    const read = () => value(source())
    // The process counts by itself; the metric only repeats what stands there.
    if (kind === 'gauge')
      new Gauge({ ...options, collect: repeat<Gauge>(read, (to, labels, n) => to.set(labels, n), label) })
    else new Counter({ ...options, collect: repeat<Counter>(read, (to, labels, n) => to.inc(labels, n), label) })
  }
}

type Write<Metric> = (metric: Metric, labels: Record<string, string>, value: number) => void

function repeat<Metric extends { reset: () => void }>(read: () => Figure, write: Write<Metric>, label = '') {
  return function (this: Metric) {
    this.reset()
    const figure = read()
    if (typeof figure === 'number') write(this, {}, figure)
    else for (const [key, value] of Object.entries(figure)) write(this, { [label]: key }, value)
  }
}
