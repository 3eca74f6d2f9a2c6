/** Span-level mapping: from a tape to what each span says of itself. One pass, no JavaScript value per attribute. */
import type { TraceTape } from '@runlens/otlp'
import { AttributeScan } from './attribute-scan.ts'
import { type CompiledProfiles, compileProfiles } from './compile.ts'
import { FieldWriter } from './field-writer.ts'
import { findJsonMember } from './json-member.ts'
import { KnownKeys } from './known-keys.ts'
import { loadProfiles } from './load-profiles.ts'
import { MappedColumns } from './mapped-columns.ts'
import type { MappedSpans } from './mapped-spans.ts'
import type { MappingStage } from './mapping-stage.ts'
import type { ProfileSet } from './profile.ts'
import { type Outcome, RoleRules } from './role-rules.ts'

export interface SpanMapperOptions {
  /** Whether a parentless span that no profile claims is an execution of kind request or job. */
  roots: 'on' | 'off'
  /** Default: the profiles that ship with this package. */
  profiles?: ProfileSet
}

export interface SpanMapper {
  /** Reads all spans of a tape. The answer and its arrays belong to the mapper and hold until the next call. */
  map(tape: TraceTape, trace?: MappingTrace): MappedSpans
  /** Lets a stage map the spans that it can, from now on. */
  useStage(stage: MappingStage): void
}

/** Is told of each span what decided, for whoever wants to know why; what it is given holds for the time of the call. */
export interface MappingTrace {
  span(tape: TraceTape, span: number, scan: AttributeScan, outcome: Outcome): void
}

/**
 * Compiles the profiles once and returns the mapper of one thread.
 * @throws RunlensError `config_invalid` when the shipped profiles can't be read
 */
export function createSpanMapper(options: SpanMapperOptions): SpanMapper {
  return new TapeMapper(options)
}

export class TapeMapper implements SpanMapper {
  readonly columns = new MappedColumns()
  readonly compiled: CompiledProfiles
  private readonly known: KnownKeys
  readonly rules: RoleRules
  /** Whether rules numbered 5 apply. */
  readonly roots: boolean
  readonly writer: FieldWriter
  private readonly ofResource: AttributeScan
  private readonly ofScope: AttributeScan
  private readonly ofSpan: AttributeScan
  private resource = -1
  private scope = -1
  private stage: MappingStage | undefined

  constructor(options: SpanMapperOptions) {
    this.compiled = compileProfiles(options.profiles ?? loadProfiles())
    this.roots = options.roots === 'on'
    this.rules = new RoleRules(this.compiled, this.roots, (text) => this.columns.constant(text))
    this.writer = new FieldWriter(this.compiled, this.columns)
    this.known = new KnownKeys(this.compiled)
    this.ofResource = new AttributeScan(this.compiled, this.known)
    this.ofScope = new AttributeScan(this.compiled, this.known)
    this.ofSpan = new AttributeScan(this.compiled, this.known)
  }

  useStage(stage: MappingStage): void {
    if (!stage.learn(this)) return
    this.stage = stage
    this.columns.liveIn(stage.arrays)
  }

  map(tape: TraceTape, trace?: MappingTrace): MappedSpans {
    const { columns } = this
    const { scope } = tape.spans.at
    columns.reset(tape.spans.length)
    this.writer.begin()
    this.known.read(tape)
    this.resource = -1
    this.scope = -1
    const stage = trace === undefined && this.stage?.begin(tape, this.known.of) ? this.stage : undefined
    for (let span = 0; span < tape.spans.length; ) {
      if (scope[span] !== this.scope) this.enterScope(tape, scope[span]!)
      if (stage !== undefined && this.ofScope.pending.length === 0) span = this.mapBy(stage, tape, span)
      else this.mapSpan(tape, span++, trace)
    }
    return columns
  }

  /** The spans of a scope from `first` on. @returns the one behind them */
  private mapBy(stage: MappingStage, tape: TraceTape, first: number): number {
    const { writer } = this
    const { end, left, joined } = stage.map(first, this.ofScope, writer.instanceStart, writer.instanceEnd)
    const { spans, before, after } = stage.joined
    for (let i = 0; i < joined; i++) writer.joinName(tape, spans[i]!, before[i]!, after[i]!)
    for (let i = 0; i < left; i++) this.mapSpan(tape, stage.left[i]!)
    return end
  }

  private mapSpan(tape: TraceTape, span: number, trace?: MappingTrace): void {
    const { ofSpan } = this
    const { attributes, attributeCount } = tape.spans.at
    ofSpan.copy(this.ofScope)
    ofSpan.scan(tape, attributes[span]!, attributeCount[span]!)
    if (ofSpan.pending.length > 0) this.resolvePending(tape)
    const outcome = this.rules.decide(tape, span, ofSpan)
    this.writer.write(tape, span, ofSpan, outcome)
    if (trace !== undefined) trace.span(tape, span, ofSpan, outcome)
  }

  private enterScope(tape: TraceTape, scope: number): void {
    const scopes = tape.scopes.at
    if (scopes.resource[scope] !== this.resource) this.enterResource(tape, scopes.resource[scope]!)
    this.scope = scope
    this.ofScope.copy(this.ofResource)
    this.ofScope.scan(tape, scopes.attributes[scope]!, scopes.attributeCount[scope]!)
    if (scopes.nameStart[scope]! < 0) return
    const name = this.compiled.scopes.find(tape.buffer, scopes.nameStart[scope]!, scopes.nameEnd[scope]!)
    if (name >= 0) this.ofScope.mask |= this.compiled.scopeMasks[name]!
  }

  private enterResource(tape: TraceTape, resource: number): void {
    this.resource = resource
    this.ofResource.clear()
    const { attributes, attributeCount } = tape.resources.at
    this.ofResource.scan(tape, attributes[resource]!, attributeCount[resource]!)
    this.writer.enterResource(tape, this.ofResource)
  }

  /** First the markers inside JSON text, then the fields, which may ask for the profiles so found. */
  private resolvePending(tape: TraceTape): void {
    const { pending } = this.ofSpan
    const { deferred } = this.compiled
    for (let i = 0; i < pending.length; i += 2) {
      const { field, status, profile, json, words } = deferred[pending[i]!]!
      if (field >= 0 || status >= 0 || json === undefined || (this.ofSpan.mask & profile) !== 0) continue
      const member = this.member(tape, pending[i + 1]!, json)
      if (!member) continue
      const word = this.compiled.words.find(tape.buffer, member.start, member.end)
      if (words < 0 || this.ofSpan.inSet(word, words)) this.ofSpan.mask |= profile
    }
    for (let i = 0; i < pending.length; i += 2) {
      const { field, status, profile } = deferred[pending[i]!]!
      if (field >= 0) this.resolveField(tape, pending[i]!, pending[i + 1]!)
      else if (status >= 0 && (this.ofSpan.mask & profile) !== 0) this.ofSpan.offerStatus(status, pending[i + 1]!)
    }
  }

  private resolveField(tape: TraceTape, index: number, row: number): void {
    const { field, rank, profile, json, words } = this.compiled.deferred[index]!
    const scan = this.ofSpan
    if (rank > scan.rank[field]! || (profile !== 0 && (scan.mask & profile) === 0)) return
    if (words >= 0 && scan.inSet(scan.wordAt(tape, row), words)) return
    if (json === undefined) {
      scan.offer(field, rank, row)
      return
    }
    const member = this.member(tape, row, json)
    if (member) scan.offerJson(field, rank, row, member.start, member.end)
  }

  private member(tape: TraceTape, row: number, name: Uint8Array) {
    const { type, valueStart, valueEnd } = tape.attributes.at
    if (type[row] !== 1) return undefined
    return findJsonMember(tape.buffer, valueStart[row]!, valueEnd[row]!, name)
  }
}
