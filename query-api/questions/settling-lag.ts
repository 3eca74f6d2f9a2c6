/** How far settling is behind the arrivals; about the system, so it belongs to no tenant. */
import type { Question } from './question.ts'

export interface SettlingLag {
  lag_ms: number
}

export function settlingLag(): Question<SettlingLag> {
  return { name: 'settling-lag', sql: "SELECT lag_ms\nFROM worker_status FINAL\nWHERE job = 'settle'", params: {} }
}
