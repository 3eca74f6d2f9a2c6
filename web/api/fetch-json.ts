/** Asks the API. The browser itself keeps answers with their ETag and asks whether they changed. */
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
  return read<T>(await reach(path, { signal, headers: { accept: 'application/json' } }))
}

/** Asks the API to change something. */
export async function patchJson<T>(path: string, change: unknown): Promise<T> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  return read<T>(await reach(path, { method: 'PATCH', headers, body: JSON.stringify(change) }))
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text().catch(() => '')
  const body = parse(text)
  if (response.ok && body !== undefined) return body as T
  throw new ProblemError(isProblem(body) ? body : unreadable(response))
}

async function reach(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request)
  } catch (error) {
    if (request.signal?.aborted) throw error
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
