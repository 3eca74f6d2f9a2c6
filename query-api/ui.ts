/** Serves the built web UI under `/ui/`: its files as they are, and the page itself for every other path below. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageAsset } from '@runlens/runtime'
import express, { type RequestHandler, Router } from 'express'
import { ProblemError } from './problem.ts'

/** Scripts and styles are files of this server, and nothing else is: telemetry that finds its way into the page can't run. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ')

/** Where the build of the package `web` lies. */
export const UI_DIRECTORY = packageAsset(import.meta.url, '../web/dist')

/** To be mounted at `/ui`. */
export function serveUi(directory: string): RequestHandler {
  const router = Router()
  router.use((request, response, next) => {
    // The path below the mount is `/` for `/ui` too, where relative links would lead nowhere.
    if (request.originalUrl.split('?')[0] === '/ui') return response.redirect(301, '/ui/')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new ProblemError('method_not_allowed', `${request.method} is not served here; GET and HEAD are.`)
    }
    response.set('content-security-policy', CONTENT_SECURITY_POLICY)
    next()
  })
  // Names of assets carry a hash of their content.
  const forever = { immutable: true, maxAge: '1y', index: false, redirect: false } as const
  router.use('/assets', express.static(join(directory, 'assets'), forever), (request) => {
    throw new ProblemError(
      'route_not_found',
      `There is no ${request.originalUrl}. A page of an older build? Reload it.`,
    )
  })
  router.use((_request, response) => {
    if (!existsSync(join(directory, 'index.html'))) {
      throw new ProblemError(
        'ui_not_built',
        'Run `npm run build` in the checkout of Runlens, and load this page again.',
      )
    }
    // The header set for all answers stays: `private, no-cache`.
    response.sendFile('index.html', { root: directory, cacheControl: false })
  })
  return router
}
