/** The few messages of google.rpc and google.protobuf that an OTLP error answer is made of. */
import type { INamespace } from 'protobufjs'

export const GOOGLE_RPC: INamespace = {
  nested: {
    Status: {
      fields: {
        code: { id: 1, type: 'int32' },
        message: { id: 2, type: 'string' },
        details: { id: 3, rule: 'repeated', type: 'google.protobuf.Any' },
      },
    },
    RetryInfo: { fields: { retryDelay: { id: 1, type: 'google.protobuf.Duration' } } },
  },
}

export const GOOGLE_PROTOBUF: INamespace = {
  nested: {
    Any: { fields: { typeUrl: { id: 1, type: 'string' }, value: { id: 2, type: 'bytes' } } },
    Duration: { fields: { seconds: { id: 1, type: 'int64' }, nanos: { id: 2, type: 'int32' } } },
  },
}
