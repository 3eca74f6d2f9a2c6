import type { Route } from '../route.ts'
import { explain } from './explain.ts'

export const mapping: readonly Route[] = [explain]
