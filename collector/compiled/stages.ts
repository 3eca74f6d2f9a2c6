/**
 * Stages of a span's way that are compiled to WebAssembly (`assembly/`, in AssemblyScript), and the memory that they share with TypeScript. Each does
 * what the stage in TypeScript of the same name does, byte for byte, for requests that give no trouble; whatever is wrong, rare or too large it
 * leaves to that one, which stays the reference that it is tested against ([ADR 27](../../docs/adr/0027-compiled-stages.md)).
 */
/// <reference path="./webassembly.d.ts" />
import { readFileSync } from 'node:fs'
import { packageAsset } from '@runlens/runtime'

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

  // Blocks of spans.
  prepareValues(attributes: number): number
  writeValues(rows: number, count: number, length: number): number
  shapesOf(spans: number): number
  labelsOf(spans: number, texts: number, numbers: number): number
  putTexts(row: number, texts: number, begun: number, end: number): number
}

/** A number that the stages set: look at its value whenever it may have changed. */
export interface Count {
  readonly value: number
}

export class Stages {
  readonly memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES })
  readonly run: StageExports
  private readonly globals: Readonly<Record<string, WebAssembly.Global>>

  constructor() {
    const instance = new WebAssembly.Instance(compiledModule(), { env: { memory: this.memory } })
    this.run = instance.exports as unknown as StageExports
    this.globals = instance.exports as Record<string, WebAssembly.Global>
  }

  /** A place or size of `assembly/layout.ts`. */
  place(name: string): number {
    return this.count(name).value
  }

  count(name: string): Count {
    const global = this.globals[name]
    if (!(global instanceof WebAssembly.Global)) throw new Error(`the compiled stages export no ${name}`)
    return global
  }

  bytes(at: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.memory.buffer, at, length)
  }

  /** The same as {@link bytes}, as a Buffer. */
  buffer(at: number, length: number): Buffer {
    return Buffer.from(this.memory.buffer, at, length)
  }

  /** Whether all of these lie in the memory: `byteOffset` is then their address. */
  hold(...views: readonly ArrayBufferView[]): boolean {
    const { buffer } = this.memory
    return views.every((view) => view.buffer === buffer)
  }

  /** @param at the address of the first, a multiple of 4 */
  numbers(at: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.memory.buffer, at, length)
  }
}

/** Whether a stage has left a request to TypeScript. */
export function isLeft(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError
}

let known: WebAssembly.Module | undefined

/** Compiled once for a process, from what the build made. */
function compiledModule(): WebAssembly.Module {
  known ??= new WebAssembly.Module(readFileSync(packageAsset(import.meta.url, 'dist/compiled/stages.wasm')))
  return known
}
