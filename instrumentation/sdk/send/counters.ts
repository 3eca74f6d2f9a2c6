/** What became of the records of one signal. `recorded` = all others but the request counts, plus what is pending. */
export interface Counters {
  recorded: number
  /** The collector has them. */
  acknowledged: number
  /** The collector took the request but can't store these. */
  rejected: number
  /** The collector refused the whole request for good. */
  refused: number
  /** There was no room left in the queue. */
  dropped: number
  /** Not sent because the collector does not know the signal. */
  muted: number
  /** Could not be encoded. */
  broken: number
  requests: number
  /** Requests that will be sent again. */
  retries: number
  /** Why the last request was not accepted; '' if none ever was. */
  lastFault: string
}

export function createCounters(): Counters {
  return {
    recorded: 0,
    acknowledged: 0,
    rejected: 0,
    refused: 0,
    dropped: 0,
    muted: 0,
    broken: 0,
    requests: 0,
    retries: 0,
    lastFault: '',
  }
}
