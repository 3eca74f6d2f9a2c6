/** What TypeScript calls and reads: see `collector/compiled/stages.ts`. */

export { attributeCount } from './attributes'
export { keyCount } from './keys'
export * from './layout'
export { leaveAttributes, leaveTexts } from './secret-rows'
export { eventCount, linkCount, spanCount } from './spans'
export { indexTraces, resourceCount, scopeCount } from './traces'
