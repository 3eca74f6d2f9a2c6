/** The error a span tells: type, message without its stack, stack, and what they mean for its status. */
import { ANY, type TraceTape } from '@runlens/otlp'
import { equalBytes } from './bytes-table.ts'

/** Bytes of a message that are looked at; errors beyond are stored whole but not searched. */
const SEARCH_BYTES = 4_096
const EXCEPTION = Buffer.from('exception')

/** Row of the last exception event of a span, the one that got out; -1 without one. */
export function lastExceptionEvent(tape: TraceTape, span: number): number {
  const first = tape.spans.at.events[span]!
  const { nameStart, nameEnd } = tape.events.at
  for (let event = first + tape.spans.at.eventCount[span]! - 1; event >= first; event--) {
    if (equalBytes(EXCEPTION, tape.buffer, nameStart[event]!, nameEnd[event]!)) return event
  }
  return -1
}

/** Where the parts of an error's text stand in the tape's buffer; -1 as a start: absent. */
export interface ErrorParts {
  messageStart: number
  messageEnd: number
  /** What follows the message in the same text: some emitters put the stack there. */
  restStart: number
  restEnd: number
}

/** Splits an error text at its first blank line, or where the frames of a stack begin. */
export function splitMessage(buffer: Uint8Array, start: number, end: number, into: ErrorParts): void {
  into.messageStart = start
  into.messageEnd = end
  into.restStart = -1
  into.restEnd = -1
  for (let at = start; at < end; at++) {
    if (buffer[at] !== 0x0a) continue
    const blank = isBlankLine(buffer, at + 1, end)
    if (!blank && !isFrame(buffer, at + 1, end)) continue
    into.messageEnd = buffer[at - 1] === 0x0d && at - 1 > start ? at - 1 : at
    let rest = at + 1
    while (rest < end && blank && (buffer[rest] === 0x0a || buffer[rest] === 0x0d)) rest++
    if (rest < end) {
      into.restStart = rest
      into.restEnd = end
    }
    return
  }
}

function isBlankLine(buffer: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at < end && (buffer[at] === 0x20 || buffer[at] === 0x09 || buffer[at] === 0x0d)) at++
  return at < end && buffer[at] === 0x0a
}

/** `    at f (file:1:2)`: a frame of a JavaScript stack. */
function isFrame(buffer: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at < end && (buffer[at] === 0x20 || buffer[at] === 0x09)) at++
  return at > start && buffer[at] === 0x61 && buffer[at + 1] === 0x74 && buffer[at + 2] === 0x20 && at + 3 < end
}

/**
 * Length of the error type that a text begins with (`TypeError: …`, `pkg.TimeoutException: …`), 0 without one.
 * Java, Python and JavaScript all begin a stack with it.
 */
export function leadingTypeLength(buffer: Buffer, start: number, end: number): number {
  const text = buffer.toString('latin1', start, Math.min(end, start + 200))
  return /^([A-Za-z_$][\w.$]*(?:Exception|Interrupt|Error)|Error)(?=:|\n|$)/.exec(text)?.[1]?.length ?? 0
}

/** The last three: Trino and MongoDB, MySQL, MongoDB's name for it. */
const TIMEOUT =
  /timeout|timed ?out|deadline[_ ]exceeded|exceed(?:ed|s) (?:the )?(?:maximum )?(?:(?:run|execution|planning) )?time[ _]limit|exceeded_time_limit|statement execution time exceeded|MaxTimeMSExpired/i
const CANCELLED = /(?:^|[.$:])(?:Abort(?:ed)?|(?:Operation|Task)?Cancell?ed)(?:Error|Exception)$/
const INTERRUPT = /(?:^|[.$:])(?:Graph|Node)Interrupt$/
/** gRPC's DEADLINE_EXCEEDED. */
const GRPC_DEADLINE_EXCEEDED = 4

/** What an unsuccessful span's error says about how it ended. */
export function errorMeaning(
  type: string,
  code: string,
  message: string,
  grpcStatus: number,
): 'timeout' | 'cancelled' | 'interrupt' | undefined {
  if (INTERRUPT.test(type)) return 'interrupt'
  if (grpcStatus === GRPC_DEADLINE_EXCEEDED) return 'timeout'
  if (TIMEOUT.test(type) || TIMEOUT.test(code) || TIMEOUT.test(message)) return 'timeout'
  return CANCELLED.test(type) ? 'cancelled' : undefined
}

/** A text of the buffer for {@link errorMeaning}, cut at what is worth searching. */
export function searchText(buffer: Buffer, start: number, end: number): string {
  return start < 0 ? '' : buffer.toString('latin1', start, Math.min(end, start + SEARCH_BYTES))
}

/** Whether an attribute row holds a text. */
export function isText(tape: TraceTape, row: number): boolean {
  return row >= 0 && tape.attributes.at.type[row] === ANY.string
}
