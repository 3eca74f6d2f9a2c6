/** Maps spans whose attributes say plainly what they are, by the compiled stage; its columns lie in the memory of the stages. */
import {
  type AttributeScan,
  type ColumnArrays,
  type MappedRun,
  type MappingStage,
  type MappingTables,
  TEXT_FIELDS,
  textColumns,
} from '@runlens/mapping'
import type { TraceTape } from '@runlens/otlp'
import type { Count } from '@runlens/runtime'
import { placeMappingTables } from './mapping-tables.ts'
import type { Stages } from './stages.ts'
import type { TraceIndexer } from './trace-indexer.ts'

export class CompiledMapping implements MappingStage {
  readonly arrays: ColumnArrays
  readonly left: Int32Array
  readonly joined: MappingStage['joined']
  private readonly knownKeys: Int32Array
  private readonly cells: Int32Array
  private readonly leftSpans: Count
  private readonly joinedNames: Count
  private readonly run: MappedRun = { end: 0, left: 0, joined: 0 }

  constructor(private readonly indexer: TraceIndexer) {
    const { stages } = indexer
    const spans = stages.place('SPANS_MAX')
    const joined = (column: number) =>
      stages.numbers(stages.place('JOINED') + column * stages.place('SPAN_STRIDE'), spans)
    this.arrays = arraysIn(stages)
    this.left = stages.numbers(stages.place('LEFT_ROWS'), spans)
    this.joined = { spans: joined(0), before: joined(1), after: joined(2) }
    this.knownKeys = stages.numbers(stages.place('KNOWN_KEYS'), stages.place('KEYS_MAX'))
    this.cells = stages.numbers(stages.place('SCOPE_CELLS'), stages.place('CELLS_MAX'))
    this.leftSpans = stages.count('leftSpans')
    this.joinedNames = stages.count('joinedNames')
  }

  learn(tables: MappingTables): boolean {
    return placeMappingTables(this.indexer.stages, tables)
  }

  begin(tape: TraceTape, known: Int32Array): boolean {
    if (!this.indexer.holds(tape)) return false
    this.knownKeys.set(known.subarray(0, tape.keys.length))
    return true
  }

  map(first: number, scope: AttributeScan, instanceStart: number, instanceEnd: number): MappedRun {
    const { stages, tape } = this.indexer
    const { run } = this
    this.cells.set(scope.cells)
    run.end = stages.run.mapSpans(
      first,
      tape.spans.length,
      scope.found,
      scope.mask,
      scope.statusAt,
      scope.statusSource,
      instanceStart,
      instanceEnd,
    )
    run.left = this.leftSpans.value
    run.joined = this.joinedNames.value
    return run
  }
}

function arraysIn(stages: Stages): ColumnArrays {
  const capacity = stages.place('SPANS_MAX')
  const stride = stages.place('SPAN_STRIDE')
  const { buffer } = stages.memory
  if (TEXT_FIELDS.length > stages.place('MAPPED_TEXTS_MAX')) throw new Error('too few columns for mapped texts')
  const texts = (column: number) => stages.numbers(stages.place('MAPPED_TEXTS') + column * stride, capacity)
  const figures = (column: number) => stages.place('MAPPED_FIGURES') + column * 2 * stride
  const numbers = (column: number) => stages.place('MAPPED_NUMBERS') + column * stride
  return {
    capacity,
    text: textColumns((index) => ({ starts: texts(index * 2), ends: texts(index * 2 + 1) })),
    role: stages.bytes(numbers(0), capacity),
    rule: stages.bytes(numbers(1), capacity),
    status: stages.bytes(numbers(2), capacity),
    statusExplicit: stages.bytes(numbers(3), capacity),
    attempt: new Uint16Array(buffer, numbers(4), capacity),
    rowsTotal: new Float64Array(buffer, figures(0), capacity),
    rowsReturned: new Float64Array(buffer, figures(1), capacity),
    progress: new Float64Array(buffer, figures(2), capacity),
    queuedAt: new BigInt64Array(buffer, figures(3), capacity),
    expectedEndAt: new BigInt64Array(buffer, figures(4), capacity),
  }
}
