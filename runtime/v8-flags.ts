/**
 * How V8 runs every process of the stack. All of them turn over large batches of small values, most of which are garbage when the
 * batch is done; with the default of 16 MB for what is young, many live just long enough to be moved twice and then cost a
 * collection of the old space. The flag counts at the start of a process only.
 */
export const V8_FLAGS: readonly string[] = ['--max-semi-space-size=64']
