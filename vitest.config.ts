import { defineConfig } from 'vitest/config'
import { LongFirst } from './test/kit/long-first.ts'
import { PATIENCE_MS } from './test/kit/patience.ts'

const EXCLUDED = ['**/node_modules/**', '**/dist/**', '**/*.soak.test.ts']
/** They set what OpenTelemetry's API has once for a process. */
const ALONE = 'instrumentation/**/*.test.ts'

// Workspace packages are tested from their sources: the "source" export condition points at the .ts files.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    // A machine that runs tests may stand still for seconds: what takes so long hangs.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    setupFiles: ['test/kit/seed.ts'],
    expect: { poll: { timeout: PATIENCE_MS, interval: 200 } },
    // More than the two cores that CI has: tests of processes wait for them most of the time.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    projects: [
      // Modules are loaded once for many files: that is a fifth of the time of all of them.
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['**/*.test.ts'],
          exclude: [...EXCLUDED, ALONE],
          // In this order: the template stays where the next run finds it.
          globalSetup: ['test/kit/migrated-directory.ts', 'test/kit/in-memory.ts'],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: [ALONE], exclude: EXCLUDED } },
    ],
  },
})
