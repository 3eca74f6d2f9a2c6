/** How much each name may take of something in a time: a bucket per name that fills steadily, in a bounded number of buckets. */

export interface Taken {
  allowed: boolean
  /** What is left right now, whole units. */
  remaining: number
  /** Seconds until the bucket is full again. */
  resetSeconds: number
  /** Seconds until the next try can pass; 0 when this one did. */
  retryAfterSeconds: number
}

interface Bucket {
  level: number
  atMs: number
}

/** Full buckets say nothing that a new one would not, so the oldest are forgotten first. */
const BUCKETS_MAX = 10_000

export class Rates {
  /** Refused since the start. */
  refused = 0
  private readonly buckets = new Map<string, Bucket>()
  private readonly perMs: number

  /**
   * @param capacity units that a bucket holds
   * @param fillMs how long an empty one takes to fill
   */
  constructor(
    private readonly capacity: number,
    fillMs: number,
    private readonly now: () => number = Date.now,
  ) {
    this.perMs = capacity / fillMs
  }

  /** Takes one unit, if there is one. */
  take(name: string): Taken {
    const bucket = this.bucketOf(name)
    const allowed = bucket.level >= 1
    if (allowed) bucket.level -= 1
    else this.refused += 1
    return this.tell(bucket, allowed)
  }

  /** Whether anything is left, without taking it: for what is known in size only afterwards ({@link charge}). */
  look(name: string): Taken {
    const bucket = this.bucketOf(name)
    const allowed = bucket.level > 0
    if (!allowed) this.refused += 1
    return this.tell(bucket, allowed)
  }

  /** Takes what was used, also more than is left: the next one waits until the debt is paid. */
  charge(name: string, units: number): void {
    this.bucketOf(name).level -= units
  }

  private tell({ level }: Bucket, allowed: boolean): Taken {
    const seconds = (units: number) => Math.ceil(Math.max(0, units) / this.perMs / 1000)
    return {
      allowed,
      remaining: Math.max(0, Math.floor(level)),
      resetSeconds: seconds(this.capacity - level),
      retryAfterSeconds: allowed ? 0 : Math.max(1, seconds(1 - level)),
    }
  }

  private bucketOf(name: string): Bucket {
    const nowMs = this.now()
    const known = this.buckets.get(name)
    const bucket = known ?? { level: this.capacity, atMs: nowMs }
    bucket.level = Math.min(this.capacity, bucket.level + Math.max(0, nowMs - bucket.atMs) * this.perMs)
    bucket.atMs = nowMs
    // At the end of the map, so that its beginning is who has not come for longest.
    if (known) this.buckets.delete(name)
    this.buckets.set(name, bucket)
    for (const oldest of this.buckets.keys()) {
      if (this.buckets.size <= BUCKETS_MAX) break
      this.buckets.delete(oldest)
    }
    return bucket
  }
}
