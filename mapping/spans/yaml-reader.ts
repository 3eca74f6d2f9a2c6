/** Reads parsed YAML piece by piece and notes every fault with its file and key, so that all are told at once. */

export class YamlReader {
  readonly faults: string[] = []

  fault(at: string, what: string): undefined {
    this.faults.push(`${at}: ${what}`)
    return undefined
  }

  /** The object at `at`; unknown keys are faults, because a misspelt key would silently do nothing. */
  object(value: unknown, at: string, known: readonly string[] | 'any'): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fault(at, `must be a mapping, is ${describe(value)}`)
      return {}
    }
    if (known !== 'any') {
      for (const key of Object.keys(value)) {
        if (!known.includes(key)) this.fault(`${at}.${key}`, `is no key here; known are ${known.join(', ')}`)
      }
    }
    return value as Record<string, unknown>
  }

  list(value: unknown, at: string): unknown[] {
    if (value === undefined) return []
    if (Array.isArray(value)) return value
    this.fault(at, `must be a list, is ${describe(value)}`)
    return []
  }

  text(value: unknown, at: string): string {
    if (typeof value === 'string' && value !== '') return value
    this.fault(at, `must be a text, is ${describe(value)}`)
    return ''
  }

  texts(value: unknown, at: string): string[] {
    return this.list(value, at).map((item, index) => this.text(item, `${at}[${index}]`))
  }

  integer(value: unknown, at: string, least: number, most: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    this.fault(at, `must be an integer from ${least} to ${most}, is ${describe(value)}`)
    return least
  }

  flag(value: unknown, at: string): boolean {
    if (typeof value === 'boolean') return value
    this.fault(at, `must be true or false, is ${describe(value)}`)
    return false
  }

  oneOf<const T extends string>(value: unknown, at: string, words: readonly T[]): T {
    if (words.includes(value as T)) return value as T
    this.fault(at, `must be one of ${words.map((word) => word || "''").join(', ')}; is ${describe(value)}`)
    return words[0]!
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping'
  return JSON.stringify(value)
}
