/** Reads figures out of Prometheus' text exposition format (version 0.0.4). Pure. */

export interface Sample {
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** What one process tells of itself. */
export class Figures {
  readonly samples: readonly Sample[]

  constructor(exposition: string) {
    this.samples = exposition.split('\n').flatMap((line) => {
      const [, name, labels = '', value] = LINE.exec(line) ?? []
      if (name === undefined) return []
      const pairs = [...labels.matchAll(LABEL)].map(([, key, text]) => [key, text])
      return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }]
    })
  }

  /** The sum over all label sets; 0 when it is not there. */
  sum(name: string): number {
    return this.of(name).reduce((sum, { value }) => sum + value, 0)
  }

  /** The sum for each value of a label. */
  by(name: string, label: string): ReadonlyMap<string, number> {
    const sums = new Map<string, number>()
    for (const { labels, value } of this.of(name)) {
      const key = labels[label] ?? ''
      sums.set(key, (sums.get(key) ?? 0) + value)
    }
    return sums
  }

  /** How long the process has run, and counted. */
  ageMs(now: number): number {
    return Math.max(0, now - this.sum('process_start_time_seconds') * 1_000)
  }

  private of(name: string): Sample[] {
    return this.samples.filter((sample) => sample.name === name)
  }
}
