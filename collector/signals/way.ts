/** One signal's way through the collector, from the bytes of a request to blocks; what it uses is shared by all of its requests. */
import type { IndexOutcome, JsonOutcome } from '@runlens/otlp'
import type { Block } from '../blocks/block-builder.ts'

/** Items of the request at hand that will be stored. */
export interface Admitted {
  /** That are on the tape. */
  items: number
  /** Of these, that are not known already. */
  fresh: number
  /** Keys by which the fresh ones are known from now on, to be kept with their record; a view. */
  keys: Uint8Array
}

/** Everything but `readJson` is about the request that was indexed last. */
export interface Way {
  /** Its items in words, several of them. */
  readonly noun: string
  /** A request in OTLP/JSON as protobuf. */
  readJson(body: Buffer): JsonOutcome
  index(body: Buffer, nowMs: number): IndexOutcome
  admit(tenant: Uint8Array): Admitted
  /** Blocks of the fresh items, valid until the next request is built. */
  build(tenant: Uint8Array, receivedAtMs: number): Block[]
  /** Forgets keys whose items did not become durable after all. */
  forget(keys: Uint8Array): void
}
