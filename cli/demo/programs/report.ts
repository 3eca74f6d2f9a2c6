/** What a program tells of an execution when it starts, waits or ends. */
import type { Status } from '@runlens/conventions'

export interface Report {
  /** Of the execution, or a number of its own where there is none. */
  id: string
  status: Status
  /** Whether nothing more comes of it. */
  isOver: boolean
  /** Spans recorded since the last report. */
  spans: number
}

/** What a program tells at its end of the spans that it has not told of. */
export type Rest = Pick<Report, 'spans'>

/** Gives whether the program goes on; where it does not, what is open was cancelled, and nothing is begun any more. */
export type Tell = (id: string, status: Status, isOver: boolean) => boolean
