import { describe, expect, test } from 'vitest'
import { index } from '../../test/kit/requests.ts'
import { readTape } from '../../test/kit/tape.ts'
import { DEFAULT_LIMITS, encodeTraces, jsonToTraces, type StoredSpan } from '../index.ts'

const BARE: StoredSpan = {
  trace_id: '5b8efff798038103d269b633813fc60c',
  span_id: 'eee19b7ec3c1b174',
  parent_span_id: '0000000000000000',
  trace_state: '',
  flags: 0,
  name: 'bare',
  kind: 0,
  started_at: '1795391408320000001',
  ended_at: '0',
  status_code: 0,
  status_message: '',
  attributes: [],
  attribute_types: '',
  dropped_attributes_count: 0,
  events: [],
  dropped_events_count: 0,
  links: [],
  dropped_links_count: 0,
  scope_name: '',
  scope_version: '',
  scope_schema_url: '',
  scope_attributes: [],
  scope_attribute_types: '',
  scope_dropped_attributes_count: 0,
  resource_schema_url: '',
  resource_attributes: [],
  resource_attribute_types: '',
  resource_dropped_attributes_count: 0,
}

const FULL: StoredSpan = {
  trace_id: '5B8EFFF798038103D269B633813FC60C',
  span_id: 'EEE19B7EC3C1B174',
  parent_span_id: 'EEE19B7EC3C1B173',
  trace_state: 'a=b',
  flags: 4_294_967_295,
  name: 'full',
  kind: 3,
  started_at: '1795391408320000001',
  ended_at: '1795391408320000002',
  status_code: 2,
  status_message: 'broke',
  attributes: [
    ['text', '7'],
    ['number', '7'],
    ['number', '9007199254740993'],
    ['list', '[1,1.0,"x",{"b":true,"1":[]}]'],
  ],
  attribute_types: 'siia',
  dropped_attributes_count: 1,
  events: [
    { time: '-1', name: 'late', attributes: [['d', 'NaN']], attribute_types: 'd', dropped_attributes_count: 2 },
    { time: '0', name: '', attributes: [], attribute_types: '', dropped_attributes_count: 0 },
  ],
  dropped_events_count: 3,
  links: [
    {
      trace_id: '5b8efff798038103d269b633813fc60c',
      span_id: 'eee19b7ec3c1b174',
      trace_state: 'c=d',
      flags: 256,
      attributes: [['y', '//4=']],
      attribute_types: 'y',
      dropped_attributes_count: 4,
    },
    {
      trace_id: '00000000000000000000000000000000',
      span_id: '',
      trace_state: '',
      flags: 0,
      attributes: [],
      attribute_types: '',
      dropped_attributes_count: 0,
    },
  ],
  dropped_links_count: 5,
  scope_name: 'scope',
  scope_version: '1',
  scope_schema_url: 'scope-schema',
  scope_attributes: [['s', '']],
  scope_attribute_types: 'n',
  scope_dropped_attributes_count: 6,
  resource_schema_url: 'resource-schema',
  resource_attributes: [['service.name', 'shop']],
  resource_attribute_types: 's',
  resource_dropped_attributes_count: 7,
}

describe('a stored trace as OTLP/JSON', () => {
  test('has every field that was sent', () => {
    expect(encodeTraces([FULL])).toEqual({
      resourceSpans: [
        {
          resource: {
            attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }],
            droppedAttributesCount: 7,
          },
          scopeSpans: [
            {
              scope: {
                name: 'scope',
                version: '1',
                attributes: [{ key: 's', value: {} }],
                droppedAttributesCount: 6,
              },
              spans: [
                {
                  traceId: '5b8efff798038103d269b633813fc60c',
                  spanId: 'eee19b7ec3c1b174',
                  parentSpanId: 'eee19b7ec3c1b173',
                  traceState: 'a=b',
                  flags: 4_294_967_295,
                  name: 'full',
                  kind: 3,
                  startTimeUnixNano: '1795391408320000001',
                  endTimeUnixNano: '1795391408320000002',
                  attributes: [
                    { key: 'text', value: { stringValue: '7' } },
                    { key: 'number', value: { intValue: '7' } },
                    { key: 'number', value: { intValue: '9007199254740993' } },
                    {
                      key: 'list',
                      value: {
                        arrayValue: {
                          values: [
                            { intValue: '1' },
                            { doubleValue: 1 },
                            { stringValue: 'x' },
                            {
                              kvlistValue: {
                                values: [
                                  { key: 'b', value: { boolValue: true } },
                                  { key: '1', value: { arrayValue: { values: [] } } },
                                ],
                              },
                            },
                          ],
                        },
                      },
                    },
                  ],
                  droppedAttributesCount: 1,
                  events: [
                    {
                      timeUnixNano: '18446744073709551615',
                      name: 'late',
                      attributes: [{ key: 'd', value: { doubleValue: 'NaN' } }],
                      droppedAttributesCount: 2,
                    },
                    {},
                  ],
                  droppedEventsCount: 3,
                  links: [
                    {
                      traceId: '5b8efff798038103d269b633813fc60c',
                      spanId: 'eee19b7ec3c1b174',
                      traceState: 'c=d',
                      flags: 256,
                      attributes: [{ key: 'y', value: { bytesValue: '//4=' } }],
                      droppedAttributesCount: 4,
                    },
                    {},
                  ],
                  droppedLinksCount: 5,
                  status: { code: 2, message: 'broke' },
                },
              ],
              schemaUrl: 'scope-schema',
            },
          ],
          schemaUrl: 'resource-schema',
        },
      ],
    })
  })

  test('leaves out what is at its default', () => {
    expect(encodeTraces([BARE])).toEqual({
      resourceSpans: [
        {
          resource: {},
          scopeSpans: [
            {
              scope: {},
              spans: [
                {
                  traceId: '5b8efff798038103d269b633813fc60c',
                  spanId: 'eee19b7ec3c1b174',
                  name: 'bare',
                  startTimeUnixNano: '1795391408320000001',
                },
              ],
            },
          ],
        },
      ],
    })
  })

  test('is gathered by resource and scope in order of their first span', () => {
    const one: StoredSpan = { ...BARE, resource_attributes: [['service.name', 'one']], resource_attribute_types: 's' }
    const { resourceSpans } = encodeTraces([
      { ...one, name: 'a', scope_name: 'x' },
      { ...BARE, name: 'b', scope_name: 'x' },
      { ...one, name: 'c', scope_name: 'y' },
      { ...one, name: 'd', scope_name: 'x' },
    ])
    const names = resourceSpans.map(({ scopeSpans }) => scopeSpans.map(({ spans }) => spans.map(({ name }) => name)))
    expect(names).toEqual([[['a', 'd'], ['c']], [['b']]])
    expect(encodeTraces([])).toEqual({ resourceSpans: [] })
  })

  test('can be sent again as it is', () => {
    const bytes = jsonToTraces(Buffer.from(JSON.stringify(encodeTraces([FULL, BARE]))), DEFAULT_LIMITS)
    const spans = readTape(index(bytes.kind === 'ok' ? bytes.bytes : Buffer.alloc(0)).tape)
    expect(
      spans.map(({ name, attributes, events, links }) => [name, attributes.length, events.length, links.length]),
    ).toEqual([
      ['full', 4, 2, 2],
      ['bare', 0, 0, 0],
    ])
    expect(spans[0]?.events[0]?.time).toBe('18446744073709551615')
  })
})
