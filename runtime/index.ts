/** What every process shares: configuration, logs, errors, metrics, readiness and an orderly end. */
export * from './address.ts'
export * from './assets.ts'
export {
  type AccessSettings,
  type AuthSettings,
  type FileKey,
  type JwtAlgorithm,
  ROLES,
  type Role,
} from './auth-settings.ts'
export * from './collector-url.ts'
export * from './compiled-module.ts'
export * from './config.ts'
export {
  type EncryptionSettings,
  encryptedAttributes,
  encryptionKeys,
  TEXT_ATTRIBUTES,
} from './encryption/encryption-settings.ts'
export * from './encryption/sealed-text.ts'
export { type EncryptionKey, type Opened, TextCipher } from './encryption/text-cipher.ts'
export * from './environments.ts'
export * from './errors.ts'
export * from './garbage.ts'
export * from './lifecycle.ts'
export * from './log.ts'
export * from './metrics.ts'
export * from './outgoing/outgoing.ts'
export * from './own-pages.ts'
export * from './ownership.ts'
export * from './process-identity.ts'
export * from './secret.ts'
export * from './version.ts'
