/** The version of this installation; all packages carry the same. */
import { readFileSync } from 'node:fs'
import { packageAsset } from './assets.ts'

export const version: string = (
  JSON.parse(readFileSync(packageAsset(import.meta.url, 'package.json'), 'utf8')) as { version: string }
).version
