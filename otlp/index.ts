/** The OTLP wire, without meaning: bytes to an index of offsets, JSON to bytes, answers to bytes. */
export * from './limits.ts'
export * from './tape.ts'
