/** What spans mean. Pure: values in, values out; no clock, no network. */
export * from './settle/execution.ts'
export * from './settle/settle-span.ts'
export * from './spans/mapped-spans.ts'
