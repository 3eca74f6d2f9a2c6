/** Executions per bucket of the range as bars, failures at the foot. */
import type { SparklinePoint } from '../api/types.ts'
import { formatCount } from '../format/number.ts'
import { formatClock } from '../format/time.ts'

const HEIGHT = 44
const BUCKET = 10
const GAP = 2

/** @param to end of the range, from which the reader counts back */
export function Sparkline({ points, to }: { points: readonly SparklinePoint[]; to: string | null }) {
  const most = points.reduce((max, { total }) => Math.max(max, total), 1)
  const failures = points.reduce((sum, { failure }) => sum + failure, 0)
  const nowMs = to === null ? 0 : Date.parse(to)
  const label = `${points.length} buckets, at most ${most} executions each, ${failures} failures in all`
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${points.length * BUCKET} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <rect className="spark-foot" x={0} y={HEIGHT - 1} width={points.length * BUCKET - GAP} height={1} />
      {points.map((point, n) => {
        const failed = heightOf(point.failure, most)
        const others = heightOf(point.total - point.failure, most)
        return (
          <g key={point.timestamp}>
            <title>{`${formatClock(point.timestamp, nowMs)}: ${formatCount(point.total)} executions, ${formatCount(point.failure)} failed`}</title>
            <rect className="spark-base" x={n * BUCKET} y={0} width={BUCKET - GAP} height={HEIGHT} />
            <rect
              className="spark-other"
              x={n * BUCKET}
              y={HEIGHT - failed - others}
              width={BUCKET - GAP}
              height={others}
            />
            <rect className="spark-failed" x={n * BUCKET} y={HEIGHT - failed} width={BUCKET - GAP} height={failed} />
          </g>
        )
      })}
    </svg>
  )
}

/** A single failure among thousands is still seen. */
function heightOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(1.5, (count / most) * (HEIGHT - 2))
}
