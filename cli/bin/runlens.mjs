#!/usr/bin/env node
/** The installed command; a checkout that was never built is told how. */
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(main)) {
  await import(main.href)
} else {
  console.error('runlens is not built yet: run `npm run build` in the checkout first.')
  process.exit(1)
}
