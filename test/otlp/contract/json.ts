/** Clauses on what OTLP/JSON means: the real collector takes it, and what it is read as is decoded beside it. */
import { DEFAULT_LIMITS, jsonToProtobuf } from '@runlens/otlp'
import { expect } from 'vitest'
import { type Check, cover, expectRefused, expectSuccess, type Setting } from './cover.ts'

const NO_JSON = { grpc: 'OTLP/gRPC has no JSON', protobuf: 'speaks of JSON only' }

const attributes = (...values: string[]) =>
  `"attributes":[${values.map((value, i) => `{"key":"k${i}","value":{${value}}}`)}]`

/** The collector takes an item with these fields; answers it as protobufjs reads it, integers and bytes as text. */
async function taken({ kit, way, collector }: Setting, fields: string) {
  const body = kit.jsonWith(fields)
  expectSuccess(await way.send(collector, body))
  return kit.itemsOf(decoded(kit, body))[0]
}

function decoded({ signal }: Setting['kit'], body: Buffer): unknown {
  const outcome = jsonToProtobuf(signal, body, DEFAULT_LIMITS)
  if (outcome.kind !== 'ok') throw new Error(outcome.message)
  const { request } = signal
  return request.toObject(request.decode(outcome.bytes), { longs: String, bytes: String })
}

/** The values of the attributes, each as its one member. */
async function values(setting: Setting, ...texts: string[]): Promise<unknown[]> {
  const span = await taken(setting, attributes(...texts))
  return span.attributes.map(({ value }: { value: object }) => Object.values(value)[0])
}

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
const json = (clause: Parameters<typeof cover>[0], check: Check) => cover(clause, check, NO_JSON)

export const JSON_CLAUSES = [
  json('json-ids-in-any-case', async (setting) => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const { kit, way, collector } = setting
    const { field, read, isRequired } = kit.traceId
    for (const id of [traceId, traceId.toUpperCase(), '0aF7651916Cd43dd8448eb211c80319C'])
      expect(read(await taken(setting, field(id)))).toBe(base64(traceId))
    const { partial } = await way.send(collector, kit.jsonWith(field('not hexadecimal, not an id at all')))
    expect(partial?.rejected).toBe(isRequired ? 1 : undefined)
  }),

  json('json-enums-are-integers', async (setting) => {
    const { kit, way, collector } = setting
    const { json, read, word } = kit.enumeration
    expectSuccess(await way.send(collector, json('2')))
    expect(read(decoded(kit, json('2')))).toBe(2)
    expectRefused(await way.send(collector, json(`"${word}"`)), 3, 400)
  }),

  json('json-64-bit-exact', async (setting) => {
    const integers = ['9007199254740993', '"9007199254740993"', '-9223372036854775808', '"9223372036854775807"']
    expect(await values(setting, ...integers.map((integer) => `"intValue":${integer}`))).toEqual(
      integers.map((integer) => integer.replaceAll('"', '')),
    )
    const time = '1795391600000000001'
    for (const written of [time, `"${time}"`])
      expect((await taken(setting, `"${setting.kit.names.time}":${written}`))[setting.kit.names.time]).toBe(time)
  }),

  json('json-unknown-ignored', async (setting) => {
    const fields = '"what":[{"is":"this"}],"trace_state":5,"parent_span_id":"x","__proto__":{"x":1},"constructor":2'
    const span = await taken(setting, fields)
    expect(Object.keys(span).sort()).toEqual(setting.kit.fields)
  }),

  json('json-not-finite', async (setting) => {
    const doubles = ['"NaN"', '"Infinity"', '"-Infinity"', '1e300'].map((double) => `"doubleValue":${double}`)
    expect(await values(setting, ...doubles)).toEqual([Number.NaN, Infinity, -Infinity, 1e300])
  }),

  json('json-bytes-base64', async (setting) => {
    expect(await values(setting, '"bytesValue":"AAECAw=="', '"bytesValue":"-_8"')).toEqual(['AAECAw==', '+/8='])
    const bad = setting.kit.jsonWith(attributes('"bytesValue":"*"'))
    expectRefused(await setting.way.send(setting.collector, bad), 3, 400)
  }),
]
