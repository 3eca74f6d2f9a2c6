/** OTLP in, ClickHouse blocks out, durable in between. A process of its own (`main.ts`); this is what it is made of. */
export { createAdmission } from './admission.ts'
export type { Outcome } from './outcome.ts'
export { createPipeline, type Pipeline, type PipelineOptions } from './pipeline.ts'
export { startCollector } from './start.ts'
