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
    const [path, query] = request.originalUrl.split('?')
    if (path === '/ui') return response.redirect(301, query === undefined ? '/ui/' : `/ui/?${query}`)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new ProblemError('method_not_allowed', `${request.method} is not served here; GET and HEAD are.`)
    }
    response.set('content-security-policy', CONTENT_SECURITY_POLICY)
    next()
  })
  router.use('/assets', assets(join(directory, 'assets')))
  router.use((request, response) => {
    if (!existsSync(join(directory, 'index.html'))) {
      throw new ProblemError(
        'ui_not_built',
        'Run `npm run build` in the checkout of Runlens, and load this page again.',
      )
    }
    // The header set for all answers stays: `private, no-cache`.
    const file = request.path === '/icon.svg' ? 'icon.svg' : 'index.html'
    response.sendFile(file, { root: directory, cacheControl: false })
  })
  return router
}

/** Their names carry a hash of their content, so they stay what they are for ever. */
function assets(directory: string): RequestHandler[] {
  const files = express.static(directory, {
    index: false,
    redirect: false,
    cacheControl: false,
    setHeaders: (response) => response.setHeader('cache-control', 'public, max-age=31536000, immutable'),
  })
  const missing: RequestHandler = (request) => {
    const detail = `There is no ${request.originalUrl}. A page of an older build? Reload it.`
    throw new ProblemError('route_not_found', detail)
  }
  return [files, missing]
}
