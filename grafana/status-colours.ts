/** A fixed colour for every status that is stored. Told apart with any colour vision; the open ones are blues, dark to light. */
import type { Status } from '@runlens/conventions'

/** `lost` is worked out by the API when it reads, and never stored. */
export type StoredStatus = Exclude<Status, 'lost'>

export const STATUS_COLOURS: Readonly<Record<StoredStatus, string>> = {
  success: '#409080',
  partial: '#fcdf53',
  failed: '#d84a30',
  error: '#7e4663',
  timeout: '#f8870f',
  cancelled: '#adafa9',
  running: '#3652b5',
  waiting: '#4aadf9',
  queued: '#acdff2',
}

/** In the order in which they are stacked. */
export const STORED_STATUSES = Object.keys(STATUS_COLOURS) as StoredStatus[]
