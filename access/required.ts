/** Whether a process asks who comes: `auth.required`, and what is known of the keys. */
import type { AuthSettings } from '@runlens/runtime'
import type { KeyRing } from './key-ring.ts'

/** `unknown`: whether there are keys at all has not been read yet. */
export type Door = 'open' | 'closed' | 'unknown'

/** Whether the configuration alone already says that everybody is asked. */
export function isClosedByFile({ required, keys, jwt }: AuthSettings): boolean {
  if (required !== 'auto') return required === 'on'
  return keys.length > 0 || jwt.jwksUrl !== null || jwt.secret_env !== null
}

/** `auto` closes with the first key of the table, revoked and expired ones included, and does not open again. */
export function doorOf(auth: AuthSettings, ring: Pick<KeyRing, 'hadKeys' | 'wasRead'>): Door {
  if (auth.required === 'off') return 'open'
  if (isClosedByFile(auth) || ring.hadKeys) return 'closed'
  return ring.wasRead ? 'open' : 'unknown'
}
