/**
 * Stages of a span's way that are compiled to WebAssembly (`assembly/`, in AssemblyScript), and the memory that they share with TypeScript. Each does
 * what the stage in TypeScript of the same name does, byte for byte, for requests that give no trouble; whatever is wrong, rare or too large it
 * leaves to that one, which stays the reference that it is tested against ([ADR 27](../../docs/adr/0027-compiled-stages.md)).
 */
import { CompiledModule, packageAsset } from '@runlens/runtime'

/** Pages of 64 KiB; `END` of `assembly/layout.ts` lies below. */
const MEMORY_PAGES = 1024

/** What the module exports: places and sizes (`assembly/layout.ts`) and counts as globals, stages as functions. */
export interface StageExports {
  indexTraces(
    length: number,
    earliest: bigint,
    latest: bigint,
    spansMax: number,
    valueBytesMax: number,
    depthMax: number,
    attributesMax: number,
    elementsMax: number,
    itemsOfRequestMax: number,
    repeatedBytesOfRequestMax: number,
  ): void

  // Resend filter.
  hashSpans(spans: number, low: number, high: number): void

  // Redaction of spans.
  leaveAttributes(count: number): number
  leaveTexts(starts: number, ends: number, count: number): number

  // Mapping of spans.
  mapSpans(
    first: number,
    count: number,
    found: number,
    profiles: number,
    statusAt: number,
    statusSource: number,
    instanceStart: number,
    instanceEnd: number,
  ): number
  // Blocks of spans.
  prepareValues(attributes: number): number
  writeValues(rows: number, count: number, length: number): number
  shapesOf(spans: number): number
  labelsOf(spans: number, texts: number, first: number, numbers: number): number
  textsOf(rows: number, count: number, starts: number, ends: number): number
  write16Bytes(rows: number, count: number, starts: number, length: number): void
  write8Bytes(rows: number, count: number, starts: number, length: number): void
  writeStrings(rows: number, count: number, starts: number, ends: number, base: number, length: number): number
  putDocuments(spans: number, texts: number, figures: number, room: number): number
  putTexts(row: number, texts: number, begun: number, end: number): number
}

export class Stages extends CompiledModule<StageExports> {
  constructor() {
    super(packageAsset(import.meta.url, 'dist/compiled/stages.wasm'), MEMORY_PAGES)
  }
}
