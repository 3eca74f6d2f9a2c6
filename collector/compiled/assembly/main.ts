/** What TypeScript calls and reads: see `collector/compiled/stages.ts`. */

export { attributeCount } from './attributes'
export { keyCount } from './keys'
export * from './layout'
export { eventCount, linkCount, spanCount } from './spans'
export { indexTraces, resourceCount, scopeCount } from './traces'
