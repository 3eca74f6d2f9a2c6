/** Figures of data points as doubles: none where nothing was recorded. */
import { METRIC_KINDS, NO_RECORDED_VALUE } from '@runlens/otlp'
import type { MetricDocumentInput } from './metric-cells.ts'
import type { NullableDoubles } from './sources.ts'

const TWO_TO_32 = 0x1_0000_0000

class Doubles implements NullableDoubles {
  values = new Float64Array(256)
  isNull = new Uint8Array(256)

  clear(rows: number): void {
    if (rows > this.isNull.length) {
      this.values = new Float64Array(rows * 2)
      this.isNull = new Uint8Array(rows * 2)
    }
    this.isNull.fill(1, 0, rows)
  }

  set(row: number, value: number): void {
    this.values[row] = value
    this.isNull[row] = 0
  }
}

/** By point. */
export class PointFigures {
  readonly value = new Doubles()
  readonly sum = new Doubles()
  readonly min = new Doubles()
  readonly max = new Doubles()

  prepare({ tape, data }: MetricDocumentInput): void {
    const { at, length } = tape.points
    const kinds = tape.metrics.at.kind
    const { value, sum, min, max } = this
    for (const doubles of [value, sum, min, max]) doubles.clear(length)
    for (let row = 0; row < length; row++) {
      if ((at.flags[row]! & NO_RECORDED_VALUE) !== 0) continue
      const start = at.value[row]!
      if (start >= 0) value.set(row, at.isInt[row] === 1 ? int64Near(data, start) : data.getFloat64(start, true))
      if (at.sum[row]! >= 0) sum.set(row, data.getFloat64(at.sum[row]!, true))
      else if (kinds[at.metric[row]!] === METRIC_KINDS.summary) sum.set(row, 0)
      if (at.min[row]! >= 0) min.set(row, data.getFloat64(at.min[row]!, true))
      if (at.max[row]! >= 0) max.set(row, data.getFloat64(at.max[row]!, true))
    }
  }
}

/** The signed integer at `start`, or the double nearest to it. */
export function int64Near(data: DataView, start: number): number {
  return data.getInt32(start + 4, true) * TWO_TO_32 + data.getUint32(start, true)
}
