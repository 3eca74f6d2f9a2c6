/**
 * A number for each stream of points: a hash of what identifies it (OpenTelemetry's metrics data model, "Timeseries Model"): the attributes
 * of resource, scope and point, each in any order, the scope's name and version, the metric's name, unit, kind, temporality and monotonicity.
 */
import type { MetricTape } from '@runlens/otlp'
import type { AttributeRange } from './sources.ts'

/** Two lanes of 32 bits, which see the same words and mix them differently. */
class Hash {
  low = 0
  high = 0

  begin(): this {
    this.low = 0x9e3779b9 | 0
    this.high = 0x7f4a7c15 | 0
    return this
  }

  word(value: number): this {
    const low = Math.imul(this.low ^ value, 0x85ebca6b)
    const high = Math.imul((this.high + value) | 0, 0xc2b2ae35) ^ low
    this.low = low ^ (low >>> 15)
    this.high = high ^ (high >>> 13)
    return this
  }

  /** The bytes `[start, end)` and how many they are; none for a start below 0. */
  bytes(data: DataView, start: number, end: number): this {
    const stop = start < 0 ? start : end
    let at = start
    for (; at + 4 <= stop; at += 4) this.word(data.getInt32(at, true))
    let rest = 0
    for (; at < stop; at++) rest = (rest << 8) | data.getUint8(at)
    return this.word(rest).word(stop - start)
  }
}

/** Hashes by row. */
class Hashes {
  low = new Int32Array(64)
  high = new Int32Array(64)

  clear(rows: number): void {
    if (rows <= this.low.length) return
    this.low = new Int32Array(rows * 2)
    this.high = new Int32Array(rows * 2)
  }

  set(row: number, { low, high }: Hash): void {
    this.low[row] = low
    this.high[row] = high
  }
}

export class SeriesHashes {
  /** By point. */
  hashes = new BigInt64Array(256)
  private readonly hash = new Hash()
  /** Sums over attributes: the same in any order. */
  private sumLow = 0
  private sumHigh = 0
  private readonly resources = new Hashes()
  private readonly scopes = new Hashes()
  private readonly metrics = new Hashes()

  prepare(tape: MetricTape): void {
    this.readParents(tape)
    this.readMetrics(tape)
    const { at, length } = tape.points
    if (length > this.hashes.length) this.hashes = new BigInt64Array(length * 2)
    const halves = new Int32Array(this.hashes.buffer)
    const { hash, metrics } = this
    for (let row = 0; row < length; row++) {
      const metric = at.metric[row]!
      this.addUp(tape, at, row)
      hash.begin().word(metrics.low[metric]!).word(metrics.high[metric]!).word(this.sumLow).word(this.sumHigh)
      halves[row * 2] = hash.low
      halves[row * 2 + 1] = hash.high
    }
  }

  private readParents(tape: MetricTape): void {
    const { hash, resources, scopes } = this
    resources.clear(tape.resources.length)
    for (let row = 0; row < tape.resources.length; row++) {
      this.addUp(tape, tape.resources.at, row)
      resources.set(row, hash.begin().word(this.sumLow).word(this.sumHigh))
    }
    const { at, length } = tape.scopes
    scopes.clear(length)
    for (let row = 0; row < length; row++) {
      const resource = at.resource[row]!
      this.addUp(tape, at, row)
      hash.begin().word(resources.low[resource]!).word(resources.high[resource]!)
      hash.word(this.sumLow).word(this.sumHigh)
      hash.bytes(tape.data, at.nameStart[row]!, at.nameEnd[row]!)
      scopes.set(row, hash.bytes(tape.data, at.versionStart[row]!, at.versionEnd[row]!))
    }
  }

  private readMetrics(tape: MetricTape): void {
    const { hash, scopes, metrics } = this
    const { at, length } = tape.metrics
    metrics.clear(length)
    for (let row = 0; row < length; row++) {
      const scope = at.scope[row]!
      hash.begin().word(scopes.low[scope]!).word(scopes.high[scope]!)
      hash.bytes(tape.data, at.nameStart[row]!, at.nameEnd[row]!)
      hash.bytes(tape.data, at.unitStart[row]!, at.unitEnd[row]!)
      metrics.set(row, hash.word(at.kind[row]!).word(at.temporality[row]!).word(at.monotonic[row]!))
    }
  }

  private addUp({ data, attributes }: MetricTape, { attributes: firsts, attributeCount }: AttributeRange, row: number) {
    const { hash } = this
    const { keyStart, keyEnd, type, valueStart, valueEnd } = attributes.at
    const first = firsts[row]!
    let low = 0
    let high = 0
    for (let pair = first; pair < first + attributeCount[row]!; pair++) {
      hash.begin().bytes(data, keyStart[pair]!, keyEnd[pair]!)
      hash.word(type[pair]!).bytes(data, valueStart[pair]!, valueEnd[pair]!)
      low = (low + hash.low) | 0
      high = (high + hash.high) | 0
    }
    this.sumLow = low
    this.sumHigh = high
  }
}
