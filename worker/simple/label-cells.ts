/** What labels say, as cells of rows of `executions`: encoded once for the many spans that have them. */
import { type ArrivalTable, ByteWriter, STATUS_BY_NUMBER } from '@runlens/clickhouse'
import { EXECUTION_KINDS } from '@runlens/conventions'

type Labels = ArrivalTable['labelWords'][number]

const KINDS: ReadonlySet<string> = new Set(EXECUTION_KINDS)
export const SUCCESS = STATUS_BY_NUMBER.indexOf('success')

export interface LabelCells {
  labels: Labels
  /** Texts from `instance` to `environment`. */
  texts: readonly Buffer[]
  /** The same columns of an execution that succeeded. */
  head: Buffer
  databaseType: Buffer
  responseStatusCode: Buffer
  /** undefined: a step is called like its span. */
  stepName: Buffer | undefined
  stepType: Buffer
  /** Whether an execution is a query itself, and has no others. */
  isQueryItself: boolean
  /** Whether a step with these labels is a query. */
  isQuery: boolean
  /** Of each attribute: its key, undefined for input and output. */
  keys: readonly (Buffer | undefined)[]
  /** How many of them are told. */
  keysTold: number
  /** Where the values of input and output stand; -1: nowhere. */
  input: number
  output: number
  /** The keys stand in JavaScript's order of properties, each once. */
  inOrder: boolean
}

const out = new ByteWriter()

/** Cells for each of the table's labels, made when they are asked for. */
export function labelCells({ labelWords }: ArrivalTable): (code: number) => LabelCells {
  const made = new Array<LabelCells | undefined>(labelWords.length)
  return (code) => {
    made[code] ??= cellsOf(labelWords[code]!)
    return made[code]
  }
}

/** The word of each row as a cell, made when it is asked for. */
export function wordCells({ words, codes }: ArrivalTable['names']): (row: number) => Buffer {
  const made = new Array<Buffer | undefined>(words.length)
  return (row) => {
    const code = codes[row]!
    made[code] ??= textCell(words[code]!)
    return made[code]
  }
}

export function cellsOf(labels: Labels): LabelCells {
  const { attribute_keys, input_key, output_key } = labels
  const keys = attribute_keys.map((key) => (key === input_key || key === output_key ? undefined : textCell(key)))
  const texts = textsOf(labels)
  const status = Buffer.of(SUCCESS, labels.status_explicit === 1 ? 1 : 0)
  return {
    labels,
    texts,
    head: Buffer.concat([...texts.slice(0, 6), status, ...texts.slice(6)]),
    databaseType: textCell(labels.database_type),
    responseStatusCode: textCell(labels.response_status_code),
    stepName: labels.step_name === '' ? undefined : textCell(labels.step_name),
    stepType: textCell(labels.step_type),
    isQueryItself: labels.execution_kind === 'query',
    isQuery: labels.step_type === 'db' || labels.database_type !== '',
    keys,
    keysTold: keys.filter((key) => key !== undefined).length,
    input: attribute_keys.indexOf(input_key),
    output: attribute_keys.indexOf(output_key),
    inOrder:
      Object.keys(Object.fromEntries(attribute_keys.map((key) => [key, '']))).join('\0') === attribute_keys.join('\0'),
  }
}

function textsOf(labels: Labels): Buffer[] {
  const { instance, execution_kind, provider, workflow_id, workflow_name, workflow_version, mode, environment } = labels
  const kind = KINDS.has(execution_kind) ? execution_kind : 'workflow'
  return [instance, kind, provider, workflow_id, workflow_name, workflow_version, mode, environment].map(textCell)
}

export function textCell(text: string): Buffer {
  out.clear()
  out.text(text)
  return out.bytes()
}
