/** Who sends: services with the resources that OpenTelemetry's SDKs detect. */
import type { Service } from '../draft.ts'

const node = {
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.version': '2.12.1',
}
const java = {
  'telemetry.sdk.language': 'java',
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.version': '1.61.0',
}

function service(name: string, instance: string, sdk: Record<string, string>, scope: Service['scope']): Service {
  return {
    resource: {
      'service.name': name,
      'service.namespace': 'shop',
      'service.version': '2.14.1',
      'service.instance.id': instance,
      'deployment.environment.name': 'production',
      'host.name': `node-${instance.slice(0, 2)}`,
      'k8s.pod.name': `${name}-${instance.slice(-8)}`,
      'process.pid': 7,
      ...sdk,
    },
    scope,
  }
}

export const gateway = service('gateway', '4be2c1a0-93f1-4d1c-8a70-11c5f0a9d201', java, {
  name: 'io.opentelemetry.tomcat-10.0',
  version: '2.24.0-alpha',
})
export const orders = service('orders', 'a8c1d1fe-53c4-4a4c-9a6e-3a3f26e0b7f4', java, {
  name: 'io.opentelemetry.jdbc',
  version: '2.24.0-alpha',
})
export const stock = service('stock', '0d9f44b2-7a1e-4c55-b1de-90c2e4fa3318', node, {
  name: '@opentelemetry/instrumentation-http',
  version: '0.223.0',
})
export const mailer = service('mailer', '77aa03c5-18be-45b9-a1f7-5e1f0c6a2b90', node, {
  name: '@opentelemetry/instrumentation-amqplib',
  version: '0.70.0',
})
export const reports = service('reports', 'c2f1e77d-0a44-4f3e-9b1a-6d5c8b7a1f02', node, {
  name: '@opentelemetry/instrumentation-pg',
  version: '0.75.0',
})
export const flows = service('flows', '5f3f8a55-8f0a-4f0c-8a4b-2a9d5cf0a6e1', node, {
  name: 'runlens',
  version: '0.1.0',
})
export const assistant = service('assistant', '9e0b7c3d-6c1f-4d2a-8f4e-b3a1d9c2e570', node, {
  name: '@arizeai/openinference-instrumentation-langchain',
  version: '4.1.1',
})
export const n8n: Service = {
  resource: {
    'service.name': 'n8n',
    'service.version': '2.40.7',
    'n8n.instance.id': 'e6a1f0c2b4d84f4f9a0b1c2d3e4f5a6b',
    'n8n.instance.role': 'main',
    'deployment.environment.name': 'production',
    'host.name': 'automation-1',
    ...node,
  },
  scope: { name: 'n8n-workflow', version: '2.40.7' },
}
