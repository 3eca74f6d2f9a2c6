/** Figures in Prometheus's text format (version 0.0.4), whatever the labels hold. */

export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8'

export interface Sample {
  labels: Readonly<Record<string, string>>
  value: number
}

/** One gauge with all of its samples; '' without any. */
export function gauge(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return ''
  const lines = samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}

function labelText(labels: Sample['labels']): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
