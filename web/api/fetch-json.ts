/** Asks the API. The browser itself keeps answers with their ETag and asks whether they changed. */
import { tellSignedOut } from '../session/signed-out.ts'
import type { Problem } from './types.ts'

/** Why there is no answer, as the API tells it, or in the same form where it does not answer at all. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.title)
    this.problem = problem
  }

  /** Whether asking again may help. */
  get passes(): boolean {
    return this.problem.status === 0 || this.problem.status >= 500
  }
}

export async function fetchJson<T>(path: string, signal: AbortSignal): Promise<T> {
  return (await ask(path, { signal })) as T
}

/** Asks for a change. */
export async function sendJson(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<unknown> {
  const sent = body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}
  return ask(path, { method, ...sent })
}

async function ask(path: string, options: RequestInit): Promise<unknown> {
  const response = await reach(path, options)
  const text = await response.text().catch(() => '')
  const body = parse(text)
  if (response.ok && body !== undefined) return body
  const problem = isProblem(body) ? body : unreadable(response)
  if (problem.status === 401) tellSignedOut(problem)
  throw new ProblemError(problem)
}

async function reach(path: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...options, headers: { accept: 'application/json', ...options.headers } })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new ProblemError({
      title: 'The API does not answer',
      status: 0,
      detail: 'Nothing answers at this address. Does Runlens run? It is asked again until it does.',
      code: 'unreachable',
      request_id: '',
    })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isProblem(body: unknown): body is Problem {
  const { title, code } = (body ?? {}) as Partial<Problem>
  return typeof title === 'string' && typeof code === 'string'
}

function unreadable({ status, headers }: Response): Problem {
  return {
    title: `The answer is not one of this API (HTTP ${status})`,
    status: status < 400 ? 502 : status,
    detail: 'Something between this page and the API may have answered instead.',
    code: 'unreadable_answer',
    request_id: headers.get('x-request-id') ?? '',
  }
}
