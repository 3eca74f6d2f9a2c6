import { defineConfig } from 'vitest/config'

// Workspace packages are tested from their sources: the "source" export condition points at the .ts files.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.soak.test.ts'],
    globalSetup: ['test/kit/migrated-directory.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // More than the two cores that CI has: tests of processes wait for them most of the time.
    maxWorkers: 3,
  },
})
