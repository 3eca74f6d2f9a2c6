/** opentelemetry.proto.common.v1 and opentelemetry.proto.resource.v1, by the field numbers of opentelemetry-proto 1.x. */
import type { INamespace } from 'protobufjs'

export const COMMON: INamespace = {
  nested: {
    AnyValue: {
      oneofs: {
        value: {
          oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue', 'bytesValue'],
        },
      },
      fields: {
        stringValue: { id: 1, type: 'string' },
        boolValue: { id: 2, type: 'bool' },
        intValue: { id: 3, type: 'int64' },
        doubleValue: { id: 4, type: 'double' },
        arrayValue: { id: 5, type: 'ArrayValue' },
        kvlistValue: { id: 6, type: 'KeyValueList' },
        bytesValue: { id: 7, type: 'bytes' },
      },
    },
    ArrayValue: { fields: { values: { id: 1, rule: 'repeated', type: 'AnyValue' } } },
    KeyValueList: { fields: { values: { id: 1, rule: 'repeated', type: 'KeyValue' } } },
    KeyValue: { fields: { key: { id: 1, type: 'string' }, value: { id: 2, type: 'AnyValue' } } },
    InstrumentationScope: {
      fields: {
        name: { id: 1, type: 'string' },
        version: { id: 2, type: 'string' },
        attributes: { id: 3, rule: 'repeated', type: 'KeyValue' },
        droppedAttributesCount: { id: 4, type: 'uint32' },
      },
    },
  },
}

export const RESOURCE: INamespace = {
  nested: {
    Resource: {
      fields: {
        attributes: { id: 1, rule: 'repeated', type: 'opentelemetry.proto.common.v1.KeyValue' },
        droppedAttributesCount: { id: 2, type: 'uint32' },
      },
    },
  },
}
