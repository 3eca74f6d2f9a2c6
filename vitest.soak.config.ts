import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

// Long fault loops; their short forms run with `npm test`.
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ['**/*.soak.test.ts'],
      exclude: ['**/node_modules/**', '**/dist/**'],
      maxWorkers: 1,
      testTimeout: 900_000,
    },
  }),
)
