/** What TypeScript calls and reads: see `worker/compiled/settle-stages.ts`. */

export { readArrivals } from './arrivals'
export { writeExecutions } from './executions'
export { noteKnown } from './known'
export * from './layout'
export { setNumbers } from './numbers'
export { judgeTraces } from './simple-traces'
export { groupRows } from './traces'
export { forgetWords, listNewLabels, setSeed, wordBytes, wordCount } from './words'
