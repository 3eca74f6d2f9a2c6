/** Which Host headers a loopback server answers: a page from elsewhere must not reach it under a name of its own (DNS rebinding). */

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i

/** Whether an address to listen on is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return host === '::1' || LOOPBACK.test(host)
}

/** Whether a request that reached a loopback address may be answered. */
export function isLoopbackHostHeader(header: string | undefined): boolean {
  return header !== undefined && LOOPBACK.test(header.replace(/:\d{1,5}$/, ''))
}
