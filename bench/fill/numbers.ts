/** What follows from the number of an execution, for whoever asks about it without reading it. */
import { createHash } from 'node:crypto'

export const STEPS = 9
/** Every so many executions one has many steps. */
export const LONG_EVERY = 1000
export const LONG_STEPS = 50
/** Every so many executions one has log records. */
export const LOGGED_EVERY = 10

/** Shares of a hundred executions one after another, of which each has another draw. */
export const KIND_STRIDE = 37
export const KINDS = [
  { name: 'workflow', below: 74 },
  { name: 'agent', below: 86 },
  { name: 'job', below: 91 },
  { name: 'query', below: 95 },
]
/** The first agent of a hundred executions. */
export const FIRST_AGENT = 2

export const FAULT_TYPES = ['TimeoutError', 'HttpError', 'ValidationError', 'ConnectionError']
/** Class of each, as mapping has them. */
export const FAULT_CLASSES = ['timeout', 'dependency', 'validation', 'connection']
/** The first is the most frequent: of every fourth failure. */
export const FAULT_PARTS = [
  'what was asked',
  'the payment',
  'the booking',
  'the pricing',
  'the upload',
  'the export',
  'the import',
  'the search',
  'the mailing',
  'the printing',
  'the packing',
  'the routing',
  'the scoring',
  'the backup',
  'the cleaning',
  'the matching',
]

/** The message of a fault with its variable parts out, as mapping makes it before it takes the hash. */
export const TEMPLATE = 'upstream <*> did not do '

/** The groups that failures of a step fall into, the most frequent first. */
export function fingerprintsOf(step: string): string[] {
  return FAULT_PARTS.flatMap((part) =>
    FAULT_TYPES.map((type) =>
      createHash('sha256').update(`${type}\n${type}: ${TEMPLATE}${part}\n${step}`).digest('hex').slice(0, 16),
    ),
  )
}
