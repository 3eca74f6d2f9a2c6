/**
 * What differs from one request to the next stands in a template as a slot: bytes that nothing else contains, with a number. A slot
 * is encoded by protobufjs like any value, and found again in the encoded bytes, so that no encoder needs to tell offsets.
 */

/** No UTF-8 text contains these bytes; the fourth tells the kind. */
const MAGIC = Buffer.from([0xf5, 0xf6, 0xf7])
const TRACE = 1
const SPAN = 2
const TIME = 3
/** Control characters that no attribute has. */
const TEXT_MAGIC = '\u0001\u0002\u0003\u0005'
const TEXT_NUMBER_DIGITS = 4
/** Digits of the decimal numbers that are written into texts. */
export const TEXT_DIGITS = TEXT_MAGIC.length + TEXT_NUMBER_DIGITS

export const traceSlot = (number: number): Buffer => idSlot(TRACE, number, 16)
export const spanSlot = (number: number): Buffer => idSlot(SPAN, number, 8)
/** As protobufjs takes a 64-bit number. */
export const timeSlot = (number: number): string => idSlot(TIME, number, 8).readBigUInt64LE().toString()
/** Stands for {@link TEXT_DIGITS} digits within a string. */
export const textSlot = (number: number): string => TEXT_MAGIC + number.toString(36).padStart(TEXT_NUMBER_DIGITS, '0')

function idSlot(kind: number, number: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  MAGIC.copy(bytes)
  bytes[3] = kind
  bytes.writeUInt32LE(number, 4)
  return bytes
}

/** Where slots of one kind are, and their numbers. */
export interface FoundSlots {
  at: number[]
  numbers: number[]
}

export interface AllSlots {
  traces: FoundSlots
  spans: FoundSlots
  times: FoundSlots
  texts: FoundSlots
}

/** @throws Error when something else looks like a slot */
export function findSlots(bytes: Buffer): AllSlots {
  const empty = (): FoundSlots => ({ at: [], numbers: [] })
  const found: AllSlots = { traces: empty(), spans: empty(), times: empty(), texts: empty() }
  const byKind: Record<number, FoundSlots> = { [TRACE]: found.traces, [SPAN]: found.spans, [TIME]: found.times }
  for (const at of occurrences(bytes, MAGIC)) {
    const kind = byKind[bytes[at + 3]!]
    if (!kind) throw new Error(`the bytes at ${at} look like a slot and are none`)
    kind.at.push(at)
    kind.numbers.push(bytes.readUInt32LE(at + 4))
  }
  for (const at of occurrences(bytes, Buffer.from(TEXT_MAGIC))) {
    const digits = bytes.toString('latin1', at + TEXT_MAGIC.length, at + TEXT_DIGITS)
    found.texts.at.push(at)
    found.texts.numbers.push(Number.parseInt(digits, 36))
  }
  return found
}

function* occurrences(bytes: Buffer, wanted: Buffer): Generator<number> {
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + wanted.length)) yield at
}
