/**
 * One owner per job. Claims are rows that their owners renew; the oldest claim that has not expired holds the job, the next
 * one follows when it expires. Two owners for a moment are harmless: every write of a job may be made twice.
 */
import { hostname } from 'node:os'
import { type ClickHouseClient, encodeRow, insertRows, WORKER_LEASES } from '@runlens/clickhouse'

export interface LeaseOptions {
  client: ClickHouseClient
  job: string
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

interface Claim {
  owner: string
  host: string
  pid: number
  claimed: string
}

export function createLease(options: LeaseOptions): Lease {
  const { client, job, leaseSeconds } = options
  const host = options.host ?? hostname()
  const pid = options.pid ?? process.pid
  const owner = `${host}-${pid}-${Date.now().toString(36)}`
  let claimedAt: bigint | undefined

  const claim = async (now: bigint, expiresAt: bigint) => {
    claimedAt ??= now
    const row = { job, owner, host, pid, claimed_at: claimedAt, renewed_at: now, expires_at: expiresAt }
    await insertRows(client, { table: WORKER_LEASES, rows: [encodeRow(WORKER_LEASES, row)] })
  }

  return {
    owner,
    hold: async () => {
      const now = await readClock(client)
      await claim(now, now + BigInt(leaseSeconds) * 1_000_000n)
      const claims = await readClaims(client, job)
      const alive = claims.filter((one) => one.owner === owner || !isGone(one, host, pid))
      return alive[0]?.owner === owner
    },
    release: async () => {
      if (claimedAt === undefined) return
      const now = await readClock(client)
      await claim(now, now)
    },
  }
}

/** A claim of this host whose process no longer exists, or has this process's own number, is that of a killed predecessor. */
function isGone(claim: Claim, host: string, pid: number): boolean {
  if (claim.host !== host) return false
  if (claim.pid === pid) return true
  try {
    process.kill(claim.pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

async function readClock(client: ClickHouseClient): Promise<bigint> {
  const result = await client.query({
    query: 'SELECT toString(toUnixTimestamp64Micro(now64(6))) AS now',
    format: 'JSONEachRow',
  })
  const [row] = await result.json<{ now: string }>()
  return BigInt(row!.now)
}

/** Claims that have not expired, oldest first. */
async function readClaims(client: ClickHouseClient, job: string): Promise<Claim[]> {
  const result = await client.query({
    query: `SELECT owner, host, pid, toString(toUnixTimestamp64Micro(claimed_at)) AS claimed
FROM worker_leases FINAL
WHERE job = {job:String} AND expires_at > now64(6)
ORDER BY claimed_at, owner`,
    query_params: { job },
    format: 'JSONEachRow',
  })
  return result.json<Claim>()
}
