import { describe, expect, it } from 'vitest'
import { fault, hasFault, ok, warning } from './finding.ts'
import { formatBytes, formatMs } from './format.ts'
import { Figures } from './prometheus.ts'
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

describe('a process’s figures', () => {
  const figures = new Figures(`# HELP runlens_spool_bytes Bytes
# TYPE runlens_spool_bytes gauge
runlens_spool_bytes 1024
runlens_spool_bytes_max 4096
runlens_dead_letters_total{tenant="a",reason="x} y"} 2
runlens_dead_letters_total{tenant="b",reason="say \\"no\\""} 3e0
process_start_time_seconds 100
`)

  it('are read by their whole name, and summed over their labels or by one of them', () => {
    expect(figures.sum('runlens_spool_bytes')).toBe(1024)
    expect(figures.sum('runlens_dead_letters_total')).toBe(5)
    expect([...figures.by('runlens_dead_letters_total', 'tenant')]).toEqual([
      ['a', 2],
      ['b', 3],
    ])
    expect(figures.samples[2]?.labels).toEqual({ tenant: 'a', reason: 'x} y' })
  })

  it('are nothing where they are not there', () => {
    expect(figures.sum('runlens_spool')).toBe(0)
    expect(figures.by('runlens_spool', 'tenant').size).toBe(0)
  })

  it('tell how long the process has counted', () => {
    expect(figures.ageMs(160_000)).toBe(60_000)
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
