/** Routes of what failed. */
import type { Route } from '../route.ts'
import { listErrors } from './list-errors.ts'
import { oneError } from './one-error.ts'
import { patchError } from './patch-error.ts'

export const errors: readonly Route[] = [listErrors, oneError, patchError]
