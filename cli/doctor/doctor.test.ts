import { describe, expect, it } from 'vitest'
import { fault, hasFault, ok, warning } from './finding.ts'
import { formatBytes, formatMs } from './format.ts'
import { metricSum } from './prometheus.ts'
import { doctorReport } from './report.ts'

describe('the report', () => {
  it('puts what to do below each fault and counts them', () => {
    const text = doctorReport([ok('chdb', 'is there'), fault('disk', 'is full', 'free it\nor move')], false)
    expect(text).toBe(
      [
        'ok    chdb                 is there',
        'FAIL  disk                 is full',
        '                            → free it',
        '                            → or move',
        '',
        '1 fault, 0 warnings.',
        '',
      ].join('\n'),
    )
  })

  it('calls a system with warnings working, and one without well', () => {
    expect(doctorReport([warning('disk', 'x', 'y')], false)).toContain('Working, with 1 warning.')
    expect(doctorReport([ok('disk', 'x')], false)).toContain('All is well.')
    expect(hasFault([warning('disk', 'x', 'y')])).toBe(false)
    expect(hasFault([fault('disk', 'x', 'y')])).toBe(true)
  })
})

describe('a metric', () => {
  const exposition = `# HELP runlens_spool_bytes Bytes
# TYPE runlens_spool_bytes gauge
runlens_spool_bytes 1024
runlens_spool_bytes_max 4096
runlens_dead_letters_total{tenant="a",reason="x} y"} 2
runlens_dead_letters_total{tenant="b",reason="z"} 3e0
`
  it('is read by its whole name, and summed over its labels', () => {
    expect(metricSum(exposition, 'runlens_spool_bytes')).toBe(1024)
    expect(metricSum(exposition, 'runlens_dead_letters_total')).toBe(5)
  })

  it('is unknown when it is not there', () => {
    expect(metricSum(exposition, 'runlens_spool')).toBeUndefined()
  })
})

it('writes sizes and times in the unit that fits', () => {
  expect([0, 1023, 1536, 4 * 1024 ** 3, 200 * 1024 ** 2].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.5 KiB',
    '4.0 GiB',
    '200 MiB',
  ])
  expect([12.4, 59_000, 600_000, 7_200_000, 3 * 86_400_000].map(formatMs)).toEqual([
    '12 ms',
    '59 s',
    '10 min',
    '2 h',
    '3 d',
  ])
})
