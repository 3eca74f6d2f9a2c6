/** Routes of synchronisation with n8n servers. */
import type { Route } from '../route.ts'
import { beginSyncRoute } from './begin-sync.ts'
import { getSync } from './get-sync.ts'

export const sync: readonly Route[] = [beginSyncRoute, getSync]
