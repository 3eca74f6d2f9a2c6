/** From what a handler gives to what goes out: JSON under an ETag, pages, text, and streams that wait for their reader. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Request, Response } from 'express'
import type { Answer, Route, StreamedAnswer } from './routes/route.ts'

/** @param signal aborted when the client went away */
export async function sendAnswer(
  answer: Answer,
  route: Pick<Route, 'status'>,
  request: Request,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  if ('redirect' in answer) {
    response.redirect(302, answer.redirect)
  } else if ('html' in answer) {
    response.set('content-security-policy', answer.contentSecurityPolicy).type('html').send(answer.html)
  } else if ('text' in answer) {
    response.type(answer.contentType).send(answer.text)
  } else if ('empty' in answer) {
    response.status(204).end()
  } else if ('chunks' in answer) {
    await sendChunks(answer, request, response, signal)
  } else {
    sendJson(answer, answer.status ?? route.status ?? 200, request, response)
  }
}

function sendJson(
  answer: Extract<Answer, { json: unknown }>,
  status: number,
  request: Request,
  response: Response,
): void {
  const body = JSON.stringify(answer.json)
  response.set({ ...answer.headers }).status(status)
  if (status !== 200 || (request.method !== 'GET' && request.method !== 'HEAD')) {
    response.type('application/json').send(body)
    return
  }
  const identity = 'identity' in answer ? JSON.stringify(answer.identity) : body
  const etag = `W/"${createHash('sha256').update(identity).digest('base64url')}"`
  response.set({ etag })
  if (knows(request, etag)) response.status(304).end()
  else response.type('application/json').send(body)
}

/** Whether the client has this version. It may also say `no-cache`: that asks for what happens here, a check with the origin. */
function knows(request: Request, etag: string): boolean {
  const known = request.headers['if-none-match'] ?? ''
  return known.split(',').some((each) => ['*', etag, etag.slice(2)].includes(each.trim()))
}

/** The first chunk is awaited before the headers go, so that what fails at once is still answered with a problem. */
async function sendChunks(
  { chunks, contentType, headers }: StreamedAnswer,
  request: Request,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  const source = chunks[Symbol.asyncIterator]()
  try {
    let next = await source.next()
    if (signal.aborted) return
    response.status(200).set({ 'cache-control': 'no-store', ...headers, 'content-type': contentType })
    response.flushHeaders()
    if (request.method === 'HEAD') return
    while (!next.done && !signal.aborted) {
      if (!response.write(next.value)) await drained(response, signal)
      next = await source.next()
    }
  } catch (error) {
    if (!response.headersSent) throw error
    // The status is out already: only a cut connection tells that the answer is not whole.
    response.destroy(error instanceof Error ? error : undefined)
  } finally {
    await source.return?.()
    if (response.headersSent && !response.destroyed) response.end()
  }
}

async function drained(response: Response, signal: AbortSignal): Promise<void> {
  try {
    await once(response, 'drain', { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
