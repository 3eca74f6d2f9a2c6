/**
 * A module that is compiled to WebAssembly (from AssemblyScript, by `scripts/build-stages.mjs`), with a memory that it shares with TypeScript.
 * Nothing in the memory ever moves or grows: views of it stay good.
 */
/// <reference path="./webassembly.d.ts" />
import { readFileSync } from 'node:fs'

/** A number that the module sets: look at its value whenever it may have changed. */
export interface Count {
  readonly value: number
}

/** @typeParam E what the module exports as functions */
export class CompiledModule<E> {
  readonly run: E
  readonly memory: { readonly buffer: ArrayBuffer }
  private readonly globals: Readonly<Record<string, unknown>>

  /** @param pages of 64 KiB, as many as the module was built for */
  constructor(path: string, pages: number) {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    const { exports } = new WebAssembly.Instance(moduleAt(path), { env: { memory } })
    this.memory = memory
    this.run = exports as E
    this.globals = exports
  }

  /** A place or size of the module's `layout.ts`. */
  place(name: string): number {
    return this.count(name).value
  }

  count(name: string): Count {
    const global = this.globals[name]
    if (!(global instanceof WebAssembly.Global)) throw new Error(`the compiled module exports no ${name}`)
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

/** Whether a module has stopped in the middle: it leaves what it was given to TypeScript. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError
}

const known = new Map<string, WebAssembly.Module>()

/** Compiled once for a process. */
function moduleAt(path: string): WebAssembly.Module {
  const module = known.get(path) ?? new WebAssembly.Module(readFileSync(path))
  known.set(path, module)
  return module
}
