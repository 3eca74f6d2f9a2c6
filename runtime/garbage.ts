/** How seldom V8 collects a process's garbage. */
import { setFlagsFromString } from 'node:v8'

/**
 * Lets the heap grow to three times what lives in it before it is marked whole again (V8's own choice is about 1.3 for a small heap).
 * Requests, blocks and answers lie outside of the heap, but V8 counts their bytes towards its limit: with 16 MiB alive, ten
 * requests of 1 000 spans filled the default, and marking took half of the collector's CPU (ADR 14).
 */
export function collectGarbageRarely(): void {
  setFlagsFromString('--heap-growing-percent=200')
}
