/** Reads YAML piece by piece and notes every fault with its file, line and key, so that all are told at once. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'

/** Where a value stands: a file and the keys that lead to it. */
export class Place {
  constructor(
    readonly file: string,
    readonly path: readonly (string | number)[] = [],
  ) {}

  at(key: string | number): Place {
    return new Place(this.file, [...this.path, key])
  }

  /** `roles[1].role`; '' for the file itself. */
  get key(): string {
    return this.path.reduce<string>(
      (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
      '',
    )
  }
}

export class YamlReader {
  readonly faults: string[] = []
  private readonly documents = new Map<string, { root: Document.Parsed; lines: LineCounter }>()

  /** The value in a text; undefined, with a fault, where it is no YAML. */
  parse(text: string, file: string): unknown {
    const lines = new LineCounter()
    const root = parseDocument(text, { lineCounter: lines })
    this.documents.set(file, { root, lines })
    if (root.errors.length === 0) return root.toJS()
    for (const { message, pos } of root.errors) {
      this.faults.push(`${file}:${lines.linePos(pos[0]).line}: is no YAML: ${message.split(' at line')[0]}`)
    }
    return undefined
  }

  /** The line, from 1, at which the value at a place begins, else what it belongs to; 0 where nothing is known of it. */
  line({ file, path }: Place): number {
    const document = this.documents.get(file)
    if (!document?.root.contents) return 0
    let found: Node = document.root.contents
    let node: unknown = document.root.contents
    for (const part of path) {
      if (isAlias(node)) node = node.resolve(document.root)
      if (isSeq(node)) {
        node = node.items[part as number]
        if (isNode(node)) found = node
      } else if (isMap(node)) {
        const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : key) === part)
        if (!pair) break
        if (isNode(pair.key)) found = pair.key
        node = pair.value
      } else break
    }
    return found.range ? document.lines.linePos(found.range[0]).line : 0
  }

  fault(place: Place, what: string): undefined {
    const line = this.line(place)
    const where = line === 0 ? place.file : `${place.file}:${line}`
    this.faults.push(place.key === '' ? `${where}: ${what}` : `${where}: ${place.key}: ${what}`)
    return undefined
  }

  /** The object at a place; unknown keys are faults, because a misspelt key would silently do nothing. */
  object(value: unknown, place: Place, known: readonly string[] | 'any'): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fault(place, `must be a mapping, is ${describe(value)}`)
      return {}
    }
    if (known !== 'any') {
      for (const key of Object.keys(value)) {
        if (!known.includes(key)) this.fault(place.at(key), `is no key here; known are ${known.join(', ')}`)
      }
    }
    return value as Record<string, unknown>
  }

  list(value: unknown, place: Place): unknown[] {
    if (value === undefined) return []
    if (Array.isArray(value)) return value
    this.fault(place, `must be a list, is ${describe(value)}`)
    return []
  }

  text(value: unknown, place: Place): string {
    if (typeof value === 'string' && value !== '') return value
    this.fault(place, `must be a text, is ${describe(value)}`)
    return ''
  }

  texts(value: unknown, place: Place): string[] {
    return this.list(value, place).map((item, index) => this.text(item, place.at(index)))
  }

  integer(value: unknown, place: Place, least: number, most: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    this.fault(place, `must be an integer from ${least} to ${most}, is ${describe(value)}`)
    return least
  }

  flag(value: unknown, place: Place): boolean {
    if (typeof value === 'boolean') return value
    this.fault(place, `must be true or false, is ${describe(value)}`)
    return false
  }

  oneOf<const T extends string>(value: unknown, place: Place, words: readonly T[]): T {
    if (words.includes(value as T)) return value as T
    this.fault(place, `must be one of ${words.map((word) => word || "''").join(', ')}; is ${describe(value)}`)
    return words[0]!
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping'
  return JSON.stringify(value)
}
