/**
 * Sends what is left when the process ends without another turn of its event loop (`process.exit`, an uncaught error): a
 * child process posts it while this one waits. Only then, and within a bound.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Target } from '../send/transport.ts'

const CHILD = fileURLToPath(new URL('./main.js', import.meta.url))

/** Gives whether the child said that everything was accepted. */
export function sayLastWords(target: Target, bodies: readonly Uint8Array[], timeoutMs: number): boolean {
  const head = {
    url: target.url.href,
    headers: target.headers,
    ca: target.tls.ca?.toString('utf8'),
    key: target.tls.key?.toString('utf8'),
    cert: target.tls.cert?.toString('utf8'),
    timeoutMs,
    lengths: bodies.map(({ length }) => length),
  }
  const line = Buffer.from(`${JSON.stringify(head)}\n`)
  // Without this environment's NODE_OPTIONS, which may start this very package.
  const { status } = spawnSync(process.execPath, [CHILD], {
    input: Buffer.concat([line, ...bodies]),
    env: {},
    timeout: timeoutMs + 500,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  })
  return status === 0
}
