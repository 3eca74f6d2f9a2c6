/** Routes that say what is kept, and take it away. */
import type { Route } from '../route.ts'
import { erasures } from './erasures.ts'
import { getRetention, saveRetention } from './rules.ts'
import { runRetention } from './run.ts'

export const retention: readonly Route[] = [getRetention, saveRetention, runRetention, ...erasures]
