/** What every process shares: configuration, logs, errors, readiness and an orderly end. */
export * from './address.ts'
export * from './assets.ts'
export * from './config.ts'
export * from './errors.ts'
export * from './lifecycle.ts'
export * from './log.ts'
export * from './ownership.ts'
export * from './process-identity.ts'
