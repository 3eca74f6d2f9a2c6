import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** Tests of `npm test` that try harder here: those that call `effort` (test/kit/effort.ts), as a test of the architecture sees to. */
export const TRY_HARDER = [
  'clickhouse/embedded/sql/inline-parameters.test.ts',
  'collector/blocks/log-blocks.test.ts',
  'collector/blocks/metric-blocks.test.ts',
  'collector/blocks/span-blocks.test.ts',
  'collector/compiled/compiled-mapping.test.ts',
  'collector/compiled/span-blocks.test.ts',
  'mapping/spans/span-mapper.property.test.ts',
  'query-api/one-figure.test.ts',
  'query-api/questions/listed-values.test.ts',
  'test/access/every-route.test.ts',
  'query-api/routes/amended-list.test.ts',
  'query-api/routes/executions-list.test.ts',
  'test/e2e/api-contract.test.ts',
  'test/e2e/permutations.test.ts',
  'test/e2e/round-trip.test.ts',
  'test/otlp/contract.test.ts',
  'test/otlp/fuzz.test.ts',
  'test/otlp/storm.test.ts',
  'worker/arrivals/look-over-compiled.test.ts',
  'worker/erasure/erasure.test.ts',
  'worker/settle/settle-traces.test.ts',
  'worker/simple/simple.test.ts',
]

// Long fault loops; their short forms run with `npm test`.
export default mergeConfig(
  { ...base, test: { ...base.test, projects: undefined } },
  defineConfig({
    test: {
      include: ['**/*.soak.test.ts', ...TRY_HARDER],
      exclude: ['**/node_modules/**', '**/dist/**'],
      env: { TEST_EFFORT: 'long' },
      globalSetup: ['test/kit/migrated-directory.ts'],
      maxWorkers: 1,
      testTimeout: 900_000,
    },
  }),
)
