/**
 * One owner per job. Claims are rows that their owners renew; the oldest claim that has not expired holds the job, the next
 * one follows when it expires. Two owners for a moment are harmless: every write of a job may be made twice.
 *
 * All jobs of a process are claimed together: a statement costs as much for one row as for many, and most of what an idle worker
 * costs are its statements.
 */
import { hostname } from 'node:os'
import type { ClickHouseClient } from '@runlens/clickhouse'

export interface LeasesOptions {
  client: ClickHouseClient
  leaseSeconds: number
  /** Default: this process. */
  host?: string
  pid?: number
}

export interface Lease {
  readonly owner: string
  /** Claims or renews; whether this owner holds the job now. Call it several times within `leaseSeconds`. */
  hold(): Promise<boolean>
  /** Gives the job up at once. */
  release(): Promise<void>
}

export interface Leases {
  of(job: string): Lease
}

interface Claim {
  job: string
  owner: string
  host: string
  pid: number
  /** Microseconds since the epoch, by ClickHouse's clock. */
  claimed: string
}

/** What is held was looked at this part of a lease ago at most. */
const LOOKS_PER_LEASE = 6

export function createLeases(options: LeasesOptions): Leases {
  const leases = new ProcessLeases(options)
  return {
    of: (job) => ({ owner: leases.owner, hold: () => leases.hold(job), release: () => leases.release(job) }),
  }
}

class ProcessLeases {
  readonly owner: string
  private readonly client: ClickHouseClient
  private readonly leaseSeconds: number
  private readonly host: string
  private readonly pid: number
  /** When each job was claimed first; '0' while that is to come. */
  private readonly claimed = new Map<string, string>()
  private held: ReadonlySet<string> = new Set()
  /** By `performance.now()`. */
  private lookedAt = Number.NEGATIVE_INFINITY
  private last: Promise<void> = Promise.resolve()

  constructor({ client, leaseSeconds, host = hostname(), pid = process.pid }: LeasesOptions) {
    this.client = client
    this.leaseSeconds = leaseSeconds
    this.host = host
    this.pid = pid
    this.owner = `${host}-${pid}-${Date.now().toString(36)}`
  }

  async hold(job: string): Promise<boolean> {
    if (!this.claimed.has(job)) this.claimed.set(job, '0')
    await this.inTurn(async () => {
      // Others may have renewed it meanwhile.
      if (!this.isKnownHeld(job)) await this.renew()
    })
    return this.held.has(job)
  }

  async release(job: string): Promise<void> {
    await this.inTurn(async () => {
      const claimed = this.claimed.get(job)
      if (claimed === undefined) return
      this.claimed.delete(job)
      this.held = new Set([...this.held].filter((one) => one !== job))
      await this.write([[job, claimed]], 0)
    })
  }

  /** One after another, whatever becomes of the one before. */
  private inTurn(run: () => Promise<void>): Promise<void> {
    const mine = this.last.then(run)
    this.last = mine.catch(() => {})
    return mine
  }

  private isKnownHeld(job: string): boolean {
    return this.held.has(job) && performance.now() - this.lookedAt < (this.leaseSeconds * 1000) / LOOKS_PER_LEASE
  }

  private async renew(): Promise<void> {
    const lookedAt = performance.now()
    await this.write([...this.claimed], this.leaseSeconds)
    const held = new Set<string>()
    const seen = new Set<string>()
    for (const claim of await this.readClaims()) {
      if (claim.owner === this.owner) this.claimed.set(claim.job, claim.claimed)
      // Oldest first: whoever lives and comes first has it.
      if (seen.has(claim.job) || (claim.owner !== this.owner && this.isGone(claim))) continue
      seen.add(claim.job)
      if (claim.owner === this.owner) held.add(claim.job)
    }
    this.held = held
    this.lookedAt = lookedAt
  }

  /** A claim of this host whose process no longer exists, or has this process's own number, is that of a killed predecessor. */
  private isGone({ host, pid }: Claim): boolean {
    if (host !== this.host) return false
    if (pid === this.pid) return true
    try {
      process.kill(pid, 0)
      return false
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH'
    }
  }

  /** All times are ClickHouse's. */
  private async write(claims: readonly (readonly [job: string, claimed: string])[], seconds: number): Promise<void> {
    await this.client.command({
      query: `INSERT INTO worker_leases (job, owner, host, pid, claimed_at, renewed_at, expires_at)
WITH now64(6) AS now
SELECT claim.1, {owner:String}, {host:String}, {pid:UInt32},
  if(claim.2 = '0', now, fromUnixTimestamp64Micro(toInt64(claim.2))), now, now + toIntervalSecond({seconds:UInt32})
FROM (SELECT arrayJoin(arrayZip({jobs:Array(String)}, {claimed:Array(String)})) AS claim)`,
      query_params: {
        owner: this.owner,
        host: this.host,
        pid: this.pid,
        seconds,
        jobs: claims.map(([job]) => job),
        claimed: claims.map(([, claimed]) => claimed),
      },
    })
  }

  /** Those that have not expired, of the jobs that this process wants. */
  private async readClaims(): Promise<Claim[]> {
    const result = await this.client.query({
      query: `SELECT job, owner, host, pid, toString(toUnixTimestamp64Micro(claimed_at)) AS claimed
FROM worker_leases FINAL
WHERE job IN {jobs:Array(String)} AND expires_at > now64(6)
ORDER BY claimed_at, owner`,
      query_params: { jobs: [...this.claimed.keys()] },
      format: 'JSONEachRow',
    })
    return result.json<Claim>()
  }
}
