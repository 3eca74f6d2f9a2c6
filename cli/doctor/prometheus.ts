/** Reads figures out of Prometheus' text exposition format (version 0.0.4). */

/** The sum of a metric over its label sets; undefined when it is not there. */
export function metricSum(exposition: string, name: string): number | undefined {
  let sum: number | undefined
  for (const line of exposition.split('\n')) {
    if (!line.startsWith(name)) continue
    const match = /^(?:\{.*\})?\s+(\S+)/.exec(line.slice(name.length))
    if (match) sum = (sum ?? 0) + Number(match[1])
  }
  return sum
}
