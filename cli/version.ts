/** The version of this installation. */
import { readFileSync } from 'node:fs'
import { packageAsset } from '@runlens/runtime'

export const version: string = (
  JSON.parse(readFileSync(packageAsset(import.meta.url, 'package.json'), 'utf8')) as { version: string }
).version
