/** The words of the model, shared by every room; this package imports nothing. */
export * from './attributes.ts'
export * from './markers.ts'
export * from './model.ts'
export * from './settle-span.ts'
export * from './values.ts'
