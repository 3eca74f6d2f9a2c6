/** Options of `startRunlens` and of the span processor, with their meaning, units and defaults. */

export interface ProcessorSettings {
  /** Base URL of OTLP/HTTP. Wins over `OTEL_EXPORTER_OTLP_ENDPOINT`. @default http://localhost:4318 */
  endpoint?: string
  /** Headers of every request, credentials for example. Added to `OTEL_EXPORTER_OTLP_HEADERS`. */
  headers?: Readonly<Record<string, string>>
  /** How often an execution that has not ended says that it is alive, milliseconds. @default 10 000 */
  heartbeatIntervalMs?: number
  /** Memory for spans that wait to be acknowledged, bytes; what has no room is dropped and counted. @default 16 MiB */
  queueBytesMax?: number
  /** How long the end of the program may be held up to send what is left, milliseconds. @default 3 000 */
  flushTimeoutMs?: number
}

export interface RunlensOptions extends ProcessorSettings {
  /** `service.name`. Wins over `OTEL_SERVICE_NAME`; with neither, the name in the nearest package.json. */
  serviceName?: string
  /** `deployment.environment.name`. `OTEL_RESOURCE_ATTRIBUTES` wins. */
  environment?: string
  /**
   * `auto`: those of `@opentelemetry/auto-instrumentations-node`, if it is installed. `none`: none. Otherwise a list.
   * @default auto
   */
  instrumentations?: 'auto' | 'none' | readonly unknown[]
  /** Whether to send what is left at the end of the program and at SIGTERM, SIGINT and SIGHUP. @default true */
  flushAtEnd?: boolean
}

export const DEFAULTS = {
  heartbeatIntervalMs: 10_000,
  queueBytesMax: 16_777_216,
  flushTimeoutMs: 3_000,
} as const
