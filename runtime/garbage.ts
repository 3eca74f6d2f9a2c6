/** How seldom V8 collects a process's garbage. */
import { setFlagsFromString } from 'node:v8'

/**
 * Lets the heap grow before it is marked whole again, by default to three times what lives in it (V8's own choice is about 1.3 for a small heap).
 * Requests, blocks and answers lie outside of the heap, but V8 counts their bytes towards its limit: with 16 MiB alive, ten
 * requests of 1 000 spans filled the default, and marking took half of the collector's CPU (ADR 14). With each mark V8 forgets what
 * it compiled of functions that are made anew for every call, and compiles it again.
 * @param percent by which it may grow
 */
export function collectGarbageRarely(percent = 200): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`)
}
