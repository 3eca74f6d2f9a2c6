/** What TypeScript calls and reads: see `collector/compiled/stages.ts`. */

export { shapesOf } from './attribute-shapes'
export { formattedBytes, prepareValues } from './attribute-values'
export { attributeCount } from './attributes'
export { keyCount } from './keys'
export { labelsOf } from './label-documents'
export * from './layout'
export { putTexts } from './mapped-texts'
export { hashSpans } from './resend-keys'
export { leaveAttributes, leaveTexts } from './secret-rows'
export { eventCount, linkCount, spanCount } from './spans'
export { indexTraces, resourceCount, scopeCount } from './traces'
export { writeValues } from './value-lists'
