/**
 * Ends connections of HTTP/2 that nobody speaks at any more. node:http2 can't be relied upon for it: after a frame that breaks the protocol it
 * says GOAWAY, reads no further and tells nobody, so that not even the other side's end is seen (Node 20). A few thousand such connections
 * would close the door to everybody else. An answer to PING is what only a connection gives that is alive (RFC 9113, 6.7).
 */
import type { ServerHttp2Session } from 'node:http2'

export interface SessionTimes {
  /** From the connection to its settings. */
  prefaceMs: number
  /** Without a word, until it is asked whether it is there. */
  quietMs: number
  /** For its answer. */
  answerMs: number
  /** Without a call, until it is closed: whoever has one connects again. */
  idleMs: number
}

const TIMES: SessionTimes = { prefaceMs: 10_000, quietMs: 20_000, answerMs: 10_000, idleMs: 300_000 }

/** @param onLost told of each connection that was given up */
export function watchSession(session: ServerHttp2Session, onLost: () => void, times: Partial<SessionTimes> = {}): void {
  new Watch(session, onLost, { ...TIMES, ...times }).begin()
}

class Watch {
  private hasSettings = false
  private lastCallAtMs = performance.now()
  private answer: NodeJS.Timeout | undefined

  constructor(
    private readonly session: ServerHttp2Session,
    private readonly onLost: () => void,
    private readonly times: SessionTimes,
  ) {}

  begin(): void {
    const { session, times } = this
    session.setTimeout(times.prefaceMs)
    session.once('remoteSettings', () => {
      this.hasSettings = true
      session.setTimeout(times.quietMs)
    })
    session.on('stream', () => {
      this.lastCallAtMs = performance.now()
    })
    session.on('timeout', () => this.look())
    session.once('close', () => clearTimeout(this.answer))
  }

  private look(): void {
    const { session, times } = this
    if (!this.hasSettings) {
      this.lose()
    } else if (!this.answer) {
      this.ask()
      // Calls that are under way are finished first.
      if (performance.now() - this.lastCallAtMs >= times.idleMs) session.close()
    }
  }

  private ask(): void {
    const { session, times } = this
    this.answer = setTimeout(() => this.lose(), times.answerMs).unref()
    session.ping((error) => {
      if (error) return
      clearTimeout(this.answer)
      this.answer = undefined
      session.setTimeout(times.quietMs)
    })
  }

  private lose(): void {
    this.onLost()
    this.session.destroy()
  }
}
