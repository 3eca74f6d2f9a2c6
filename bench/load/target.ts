/** Where requests are sent to, over whatever transport, and what may become of one. */

export type Answer =
  | { kind: 'accepted' }
  | { kind: 'later'; afterMs: number }
  | { kind: 'refused'; status: number; body: string }

export interface Target {
  /** Sends one export request. A broken connection counts as `later`: whoever sends again loses nothing. */
  send(body: Buffer): Promise<Answer>
  close(): void
}
