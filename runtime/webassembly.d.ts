/** What we use of the WebAssembly JavaScript Interface: TypeScript describes it for browsers only. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>
    constructor(module: Module, imports: Record<string, Record<string, Memory>>)
  }
  class Memory {
    readonly buffer: ArrayBuffer
    /** In pages of 64 KiB. */
    constructor(size: { initial: number; maximum: number })
  }
  class Global {
    readonly value: number
  }
  /** A trap. */
  class RuntimeError extends Error {}
}
