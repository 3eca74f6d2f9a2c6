/** What the collector says of itself on its own page of metrics; a stack may have several, or none within reach. */
import { type Address, formatAddress } from '@runlens/runtime'

export interface CollectorFigures {
  version: string | null
  spool: SpoolFigures
}

export interface SpoolFigures {
  bytes: number
  bytes_max: number
  pending_records: number
  lag_seconds: number
}

const TIMEOUT_MS = 500
/** How long an answer holds. */
const HOLDS_MS = 1_000
const BYTES_MAX = 1024 * 1024

/**
 * Gives null when the collector does not answer.
 * @param address its OTLP/HTTP port; port 0: nobody knows it
 */
export function createCollectorFigures(address: Address, now: () => number): () => Promise<CollectorFigures | null> {
  let asked: { figures: Promise<CollectorFigures | null>; atMs: number } | undefined
  return () => {
    if (address.port === 0) return Promise.resolve(null)
    if (!asked || now() - asked.atMs > HOLDS_MS) asked = { figures: read(address), atMs: now() }
    return asked.figures
  }
}

async function read({ host, port }: Address): Promise<CollectorFigures | null> {
  // What listens everywhere is reached on this machine.
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  try {
    const url = `http://${formatAddress({ host: reachable, port })}/metrics`
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' })
    if (!answer.ok || Number(answer.headers.get('content-length') ?? 0) > BYTES_MAX) return null
    return figuresOn(await answer.text())
  } catch {
    return null
  }
}

function figuresOn(page: string): CollectorFigures | null {
  const figure = (name: string) => new RegExp(`^runlens_spool_${name} (\\S+)$`, 'm').exec(page)?.[1]
  const bytes = figure('bytes')
  if (bytes === undefined) return null
  return {
    version: /^runlens_build_info\{[^}]*\bversion="([^"]*)"/m.exec(page)?.[1] ?? null,
    spool: {
      bytes: Number(bytes),
      bytes_max: Number(figure('bytes_max') ?? 0),
      pending_records: Number(figure('pending_records') ?? 0),
      lag_seconds: Number(figure('lag_seconds') ?? 0),
    },
  }
}
