/** The root of the checkout, whether this runs from sources or from its build. */
import { packageAsset } from '@runlens/runtime'

export const ROOT: string = packageAsset(import.meta.url, '.')
