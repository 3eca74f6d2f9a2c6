import { expect, it } from 'vitest'
import { withSettingFlags } from './settings-options.ts'

it('lets a flag win over its environment variable and leaves the others alone', () => {
  const merged = withSettingFlags(
    { RUNLENS_API: ':1', RUNLENS_DATA_DIR: '/a', HOME: '/home' },
    { api: ':2', clickhouseUrl: 'http://ch', insecure: true, jsonLogs: true },
  )
  expect(merged).toEqual({
    RUNLENS_API: ':2',
    RUNLENS_DATA_DIR: '/a',
    RUNLENS_CLICKHOUSE_URL: 'http://ch',
    RUNLENS_INSECURE: 'true',
    HOME: '/home',
  })
})
