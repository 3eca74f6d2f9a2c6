import { describe, expect, it } from 'vitest'
import {
  formatFilters,
  isNarrowed,
  isNarrowerThanKpis,
  kpisQuestion,
  listQuestion,
  otherTexts,
  parseFilters,
  withText,
} from './filters.ts'

describe('the address of a list', () => {
  it('says nothing of what is as usual', () => {
    expect(formatFilters(parseFilters(''))).toBe('')
    expect(formatFilters(parseFilters('?time_range=24h&sort=started_at'))).toBe('')
  })

  it('comes back as it was, whatever the texts are', () => {
    const search = new URLSearchParams([
      ['status', 'error'],
      ['status', 'timeout'],
      ['kind', 'agent'],
      ['q', 'a&b=c ü <b>'],
      ['workflow_name', '__proto__'],
      ['error_type', 'javascript:alert(1)'],
      ['attr.http.route', '/orders'],
      ['time_range', '7d'],
      ['sort', 'duration_ms'],
    ]).toString()
    expect(formatFilters(parseFilters(search))).toBe(search)
  })

  it('is one and the same, in whatever order it was written', () => {
    expect(formatFilters(parseFilters('time_range=1h&q=x&kind=job&status=timeout&status=error'))).toBe(
      'status=error&status=timeout&kind=job&q=x&time_range=1h',
    )
  })

  it('leaves out what nothing means', () => {
    expect(formatFilters(parseFilters('?status=great&kind=&time_range=5y&sort=name&colour=red&q=&attr.=1'))).toBe('')
  })
})

describe('the question to the API', () => {
  it('has every filter, the range and the size of a page', () => {
    expect(listQuestion(parseFilters('?status=error&q=x'))).toBe('status=error&q=x&time_range=24h&limit=100')
    expect(listQuestion(parseFilters('?sort=duration_ms'))).toBe('time_range=24h&sort=duration_ms&limit=100')
  })

  it('has no range for all that is retained', () => {
    expect(listQuestion(parseFilters('?time_range=all'))).toBe('limit=100')
  })

  it('for key figures has what these know, and their longest range for all', () => {
    expect(kpisQuestion(parseFilters('?time_range=all&kind=job&kind=agent&environment=prod&status=error&q=x'))).toBe(
      'time_range=90d&kind=agent&kind=job&environment=prod',
    )
  })
})

describe('a text', () => {
  it('is set without the space around it, and taken away when there is nothing else', () => {
    const filters = withText(parseFilters(''), 'q', '  card declined ')
    expect(formatFilters(filters)).toBe('q=card+declined')
    expect(formatFilters(withText(filters, 'q', '  '))).toBe('')
  })

  it('that has no control is shown as a chip', () => {
    expect(otherTexts(parseFilters('?q=x&user_id=u&failed_step=charge&attr.a=b'))).toEqual([
      ['failed_step', 'charge'],
      ['attr.a', 'b'],
    ])
  })
})

it('tells a range from a narrower list, and that from key figures of the same', () => {
  const narrowed = ['', '?time_range=1h', '?environment=prod', '?kind=job', '?status=error', '?user_id=u']
  expect(narrowed.map((search) => isNarrowed(parseFilters(search)))).toEqual([false, false, true, true, true, true])
  expect(narrowed.map((search) => isNarrowerThanKpis(parseFilters(search)))).toEqual([
    false,
    false,
    false,
    false,
    true,
    true,
  ])
})
