/**
 * Remembers the spans stored lately, so that a client's resend is not stored (and counted) again, in bounded memory.
 *
 * A span is known by a 64-bit hash of tenant, ids, end time and status: a span that was sent again because it ended since is
 * another one. The hash starts from a seed of the spool, so that nobody can craft a span that hides another one's.
 * Two generations of open addressing: when the current one is full, the older one is forgotten. Beside its keys each has a byte for every slot: a
 * span that is not known, as most are not, is told by these alone, which lie nearer to the processor than the keys.
 */
import type { TraceTape } from '@runlens/otlp'
import type { ByteBuffer } from './blocks/byte-buffer.ts'
import type { RowNumbers } from './blocks/sources.ts'

/** Slots per remembered span: probes stay short at half load. */
const SLOTS_PER_SPAN = 2

/** Spans whose slots are fetched together: they stay in the nearest cache until they are used. */
const FETCHED_TOGETHER = 256

/** Makes the hashes of all spans of a tape at once: low and high of each, as {@link ResendFilter} does, from what is given for its tenant. */
export interface SpanHashes {
  /** Undefined for a tape that it can't read. What it gives holds until the next call. */
  of(tape: TraceTape, low: number, high: number): Int32Array | undefined
}

interface Generation {
  /** Of each slot low and high of its key. */
  keys: Int32Array
  /** Of each slot eight bits of its key; 0 for a free one. */
  marks: Uint8Array
}

export class ResendFilter {
  private current: Generation
  private previous: Generation
  private readonly mask: number
  private readonly spansPerGeneration: number
  private inCurrent = 0
  private inPrevious = 0
  private seed: readonly [number, number] = [0, 0]
  private low = 0
  private high = 0
  private tenantLow = 0
  private tenantHigh = 0
  /** Keeps the reads of {@link fetch} from being left out as useless. */
  protected fetched = 0
  /** Of the spans at hand: low and high of each. */
  private hashes = new Int32Array(2048)

  /** @param spansMax spans remembered, at least half of them at any time; memory is at most 36 bytes for each */
  constructor(
    spansMax: number,
    private readonly compiled?: SpanHashes,
  ) {
    this.spansPerGeneration = Math.max(1, Math.ceil(spansMax / 2))
    const slots = 2 ** Math.ceil(Math.log2(this.spansPerGeneration * SLOTS_PER_SPAN))
    this.mask = slots - 1
    this.current = { keys: new Int32Array(slots * 2), marks: new Uint8Array(slots) }
    this.previous = { keys: new Int32Array(slots * 2), marks: new Uint8Array(slots) }
  }

  /** Before the first `admit`. @param secret eight bytes that stay the same for the spool whose keys are restored */
  seedWith(secret: Buffer): void {
    this.seed = [secret.readInt32LE(0), secret.readInt32LE(4)]
  }

  /** Remembers the spans of `tape` for `tenant`; those not known before go to `fresh`, their keys to `keys`. */
  admit(tape: TraceTape, tenant: Uint8Array, fresh: RowNumbers, keys: ByteBuffer): void {
    this.hashTenant(tenant)
    const count = tape.spans.length
    const before = fresh.length
    // All hashes first: the tables' slots, each a miss of the cache, are then fetched side by side.
    const hashes = this.compiled?.of(tape, this.tenantLow, this.tenantHigh) ?? this.hashAll(tape, count)
    for (let first = 0; first < count; first += FETCHED_TOGETHER) {
      const end = Math.min(count, first + FETCHED_TOGETHER)
      this.fetch(hashes, first, end)
      for (let span = first; span < end; span++) {
        const low = hashes[span * 2]!
        const high = hashes[span * 2 + 1]!
        if (this.add(low, high)) fresh.push(span)
      }
    }
    putKeys(hashes, fresh, before, keys)
  }

  /**
   * Reads the slots of some spans and does nothing with them: reads that depend on nothing are under way side by side, where those of {@link add} wait
   * for each other. A third of the time of `admit`.
   */
  private fetch(hashes: Int32Array, first: number, end: number): void {
    const { mask } = this
    const current = this.current.marks
    const previous = this.previous.marks
    let seen = 0
    for (let span = first; span < end; span++) {
      const slot = hashes[span * 2]! & mask
      seen ^= current[slot]! ^ previous[slot]!
    }
    this.fetched = seen
  }

  /** Remembers keys that `admit` gave, as found in the spool after a restart. */
  restore(keys: Uint8Array): void {
    const view = new DataView(keys.buffer, keys.byteOffset, keys.byteLength)
    for (let at = 0; at < keys.length; at += 8) this.add(view.getInt32(at, true), view.getInt32(at + 4, true))
  }

  /** Forgets keys whose spans did not become durable after all. */
  forget(keys: Uint8Array): void {
    const view = new DataView(keys.buffer, keys.byteOffset, keys.byteLength)
    for (let at = 0; at < keys.length; at += 8) {
      const low = view.getInt32(at, true)
      const high = view.getInt32(at + 4, true)
      if (this.remove(this.current, low, high)) this.inCurrent--
      else this.remove(this.previous, low, high)
    }
  }

  /** Whether the key is new; it is known from now on. */
  private add(low: number, high: number): boolean {
    const { current } = this
    const slot = this.find(current, low, high)
    if (slot >= 0 || (this.inPrevious > 0 && this.find(this.previous, low, high) >= 0)) return false
    this.put(current, ~slot, low, high)
    if (++this.inCurrent >= this.spansPerGeneration) this.turn()
    return true
  }

  private put({ keys, marks }: Generation, slot: number, low: number, high: number): void {
    keys[slot * 2] = low
    keys[slot * 2 + 1] = high
    marks[slot] = markOf(high)
  }

  /** The slot of the key; where it has none, the free one where its search ends as `~slot`. */
  private find({ keys, marks }: Generation, low: number, high: number): number {
    const { mask } = this
    const mark = markOf(high)
    let slot = low & mask
    for (let found = marks[slot]; found !== 0; found = marks[slot]) {
      if (found === mark && keys[slot * 2] === low && keys[slot * 2 + 1] === high) return slot
      slot = (slot + 1) & mask
    }
    return ~slot
  }

  /** Frees the key's slot and moves up those behind it that had been pushed on by it. */
  private remove(generation: Generation, low: number, high: number): boolean {
    const { keys, marks } = generation
    const { mask } = this
    let hole = this.find(generation, low, high)
    if (hole < 0) return false
    for (let slot = (hole + 1) & mask; marks[slot] !== 0; slot = (slot + 1) & mask) {
      const home = keys[slot * 2]! & mask
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      this.put(generation, hole, keys[slot * 2]!, keys[slot * 2 + 1]!)
      hole = slot
    }
    marks[hole] = 0
    return true
  }

  private turn(): void {
    const forgotten = this.previous
    this.previous = this.current
    this.inPrevious = this.inCurrent
    forgotten.marks.fill(0)
    this.current = forgotten
    this.inCurrent = 0
  }

  private hashTenant(tenant: Uint8Array): void {
    this.low = this.seed[0]
    this.high = this.seed[1]
    for (const byte of tenant) this.mix(byte)
    this.mix(tenant.length)
    this.tenantLow = this.low
    this.tenantHigh = this.high
  }

  private hashAll(tape: TraceTape, count: number): Int32Array {
    if (this.hashes.length < count * 2) this.hashes = new Int32Array(count * 2)
    const { hashes } = this
    for (let span = 0; span < count; span++) {
      this.hashSpan(tape, span)
      hashes[span * 2] = this.low
      hashes[span * 2 + 1] = this.high
    }
    return hashes
  }

  private hashSpan({ spans: { at }, data }: TraceTape, span: number): void {
    this.low = this.tenantLow
    this.high = this.tenantHigh
    const traceId = at.traceId[span]!
    for (let k = 0; k < 16; k += 4) this.mix(data.getInt32(traceId + k, true))
    const spanId = at.spanId[span]!
    this.mix(data.getInt32(spanId, true))
    this.mix(data.getInt32(spanId + 4, true))
    const end = at.endTime[span]!
    this.mix(end < 0 ? 0 : data.getInt32(end, true))
    this.mix(end < 0 ? 0 : data.getInt32(end + 4, true))
    this.mix(at.statusCode[span]!)
    this.low = finish(this.low ^ this.high)
    this.high = finish((Math.imul(this.high, 0x9e3779b1) + this.low) | 0)
    // As keys in spools have it.
    if (this.low === 0) this.low = 1
  }

  /** Every result is cut to 32 bits, so that none is ever boxed. */
  private mix(value: number): void {
    const low = Math.imul(this.low ^ value, 0xcc9e2d51)
    const high = Math.imul(this.high + value, 0x1b873593)
    this.low = ((low << 13) | (low >>> 19)) ^ high
    this.high = (((high << 17) | (high >>> 15)) + low) | 0
  }
}

/** Never 0. Slots depend on the other half. */
function markOf(high: number): number {
  return (high >>> 24) | 1
}

/** Of the fresh ones, as they lie in `hashes`, little-endian, spans side by side in one piece: mostly all of them. */
function putKeys(hashes: Int32Array, { at, length }: RowNumbers, from: number, keys: ByteBuffer): void {
  const bytes = new Uint8Array(hashes.buffer, hashes.byteOffset, hashes.byteLength)
  for (let i = from; i < length; ) {
    const first = i++
    while (i < length && at[i] === at[i - 1]! + 1) i++
    keys.copy(bytes, at[first]! * 8, (at[i - 1]! + 1) * 8)
  }
}

function finish(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
