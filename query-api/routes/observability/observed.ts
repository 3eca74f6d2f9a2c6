/** What the parts of this view are asked with, alone or together in the overview. */
import type { ObservedQuery } from '../../schema/observability.ts'
import type { Asked } from '../route.ts'

export type Observed = Pick<Asked<unknown, ObservedQuery>, 'query' | 'scope' | 'signal' | 'services'>
