/** host:port settings, and the clear message for a port that is taken. */
import type { Server } from 'node:net'
import { RunlensError, systemErrorCode } from './errors.ts'

export interface Address {
  host: string
  /** 0 asks the system for any free port. */
  port: number
}

/**
 * Parses `host:port`, `[v6]:port` or `:port` (loopback).
 * @param setting the name shown in the error, e.g. `RUNLENS_API`
 * @throws RunlensError `address_invalid`
 */
export function parseAddress(text: string, setting: string): Address {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/i.exec(text.trim())
  const port = match ? Number(match[3]) : Number.NaN
  if (!match || port > 65535) {
    throw new RunlensError(
      'address_invalid',
      `${setting} is "${text}", which is not host:port`,
      `Set ${setting} to a host and a port between 0 and 65535, for example 127.0.0.1:8080; port 0 takes any free one.`,
    )
  }
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port }
}

/** Whether an address to listen on is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
}

/** `host:port`, with brackets around an IPv6 host. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The error for an address that can't be bound: names the port, its setting and the way out. */
export function bindError(address: Address, setting: string, cause: unknown): RunlensError {
  const where = formatAddress(address)
  if (systemErrorCode(cause) === 'EADDRINUSE') {
    return new RunlensError(
      'port_in_use',
      `Port ${address.port} (${where}, set by ${setting}) is already in use`,
      `Stop the program that listens there, or choose another port: ${setting}=${formatAddress({ ...address, port: address.port + 10000 > 65535 ? 0 : address.port + 10000 })}`,
      cause,
    )
  }
  return new RunlensError(
    'address_invalid',
    `Cannot listen on ${where} (set by ${setting}): ${cause instanceof Error ? cause.message : String(cause)}`,
    `Set ${setting} to an address of this machine and a port this user may open.`,
    cause,
  )
}

/**
 * Binds a server and returns the address it really got (the port, where 0 was asked).
 * @throws RunlensError `port_in_use` or `address_invalid`
 */
export function listen(server: Server, address: Address, setting: string): Promise<Address> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error) => reject(bindError(address, setting, cause))
    server.once('error', onError)
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', onError)
      const bound = server.address()
      resolve({ host: address.host, port: typeof bound === 'object' && bound ? bound.port : address.port })
    })
  })
}
