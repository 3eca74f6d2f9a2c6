/** Where other processes of the stack reach the collector. */
import { formatAddress } from './address.ts'
import type { Settings } from './config.ts'

/** OTLP/HTTP without a slash at the end; an address that means every interface is reached through loopback. */
export function collectorUrl({ api, otlpHttp }: Pick<Settings, 'api' | 'otlpHttp'>): string {
  if (api.collectorUrl !== 'auto') return api.collectorUrl.replace(/\/$/, '')
  const host = otlpHttp.host === '0.0.0.0' ? '127.0.0.1' : otlpHttp.host === '::' ? '::1' : otlpHttp.host
  return `http://${formatAddress({ ...otlpHttp, host })}`
}
