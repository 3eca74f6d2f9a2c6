/** Credentials that come elsewhere than in a header, for routes that take them there. */
import { Readable } from 'node:stream'
import { type ApiKey, createSigner, hashOfKey, KeyRing, newKeyText, Rates } from '@runlens/access'
import { loadSettings } from '@runlens/runtime'
import type { Request, Response } from 'express'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Access } from './access.ts'
import { Authenticator, authenticateTicket } from './authenticator.ts'
import { LOCAL_ADMIN, scopeOf } from './caller.ts'
import { letIn } from './let-in.ts'

const text = newKeyText()
const secret = Buffer.alloc(32, 5)
const settings = loadSettings({})
let nowMs: number
let key: ApiKey
let ring: KeyRing
let access: Access

function accessWith(required: 'on' | 'auto'): Access {
  const auth = { ...settings.auth, required }
  const signers = { sessions: createSigner(secret, 'session'), tickets: createSigner(secret, 'ticket') }
  const { sessions, tickets } = signers
  const authenticator = new Authenticator({
    auth,
    ring,
    sessions: () => sessions,
    tickets: () => tickets,
    now: () => nowMs,
  })
  return { authenticator, ring, rates: new Rates(600, 60_000, () => nowMs), settings, stop: async () => {} }
}

beforeEach(async () => {
  nowMs = 1e12
  key = {
    id: 'k',
    tenant: 'acme',
    name: 'k',
    role: 'user',
    subject: 'ann',
    sha256: hashOfKey(text),
    createdAtMs: 1,
    expiresAtMs: null,
    revokedAtMs: null,
    lastUsedAtMs: null,
    source: 'table',
  }
  const read = async () => [key]
  ring = new KeyRing({ fixed: [], read, refreshMs: 1, staleMs: 1e9, now: () => nowMs, log: { warn: () => {} } })
  await ring.refresh()
  access = accessWith('on')
})

const codeOf = (task: () => unknown) => {
  try {
    task()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'none'
}

describe('a ticket', () => {
  const open = async () => access.authenticator.openTicket(await access.authenticator.identify(text))

  it('stands for whoever asked for it, for a minute', async () => {
    const ticket = await open()
    expect(ticket.expiresAtMs).toBe(nowMs + 60_000)
    const caller = authenticateTicket(access.authenticator, ticket.text)
    expect(caller).toMatchObject({ tenant: 'acme', role: 'user', subject: 'ann', via: 'ticket' })
    expect(scopeOf(caller)).toEqual({ tenant: 'acme', owner: 'ann' })
    nowMs += 60_000
    expect(codeOf(() => authenticateTicket(access.authenticator, ticket.text))).toBe('credential_expired')
  })

  it('ends with its key, and is nothing but a ticket', async () => {
    const { text: ticket } = await open()
    await expect(access.authenticator.identify(ticket)).rejects.toMatchObject({ code: 'credential_invalid' })
    const session = access.authenticator.openSession(await access.authenticator.identify(text))!
    expect(codeOf(() => authenticateTicket(access.authenticator, session.text))).toBe('credential_invalid')
    expect(codeOf(() => authenticateTicket(access.authenticator, text))).toBe('credential_invalid')
    key = { ...key, revokedAtMs: nowMs }
    await ring.refresh()
    expect(codeOf(() => authenticateTicket(access.authenticator, ticket))).toBe('credential_revoked')
  })

  it('made while nobody was asked is worth nothing once somebody is', async () => {
    const none = new KeyRing({
      fixed: [],
      read: async () => (nowMs > 1e12 ? [key] : []),
      refreshMs: 1,
      staleMs: 1e9,
      now: () => nowMs,
      log: { warn: () => {} },
    })
    ring = none
    await ring.refresh()
    const { authenticator } = accessWith('auto')
    const ticket = authenticator.openTicket(LOCAL_ADMIN).text
    expect(authenticateTicket(authenticator, ticket)).toEqual(LOCAL_ADMIN)
    nowMs += 1
    await ring.refresh()
    expect(codeOf(() => authenticateTicket(authenticator, ticket))).toBe('credential_invalid')
  })
})

describe('a route that takes a credential elsewhere', () => {
  const ask = (door: Parameters<typeof letIn>[0], url: string, body?: object, headers: object = {}) => {
    const source = Readable.from(body ? [Buffer.from(JSON.stringify(body))] : [])
    const type = body ? { 'content-type': 'application/json' } : {}
    const request = Object.assign(source, { originalUrl: url, method: 'POST', headers: { ...type, ...headers } })
    const response = { set: () => response } as unknown as Response
    return letIn(door, access, request as unknown as Request, response)
  }
  const door = { id: 'listExecutions', body: z.any() }

  it('finds a session token in the query or the body, and hands neither on', async () => {
    const session = access.authenticator.openSession(await access.authenticator.identify(text))!.text
    for (const token of [text, session]) {
      const inQuery = await ask({ ...door, sessionToken: true }, `/x?session_token=${encodeURIComponent(token)}&a=1`)
      expect(inQuery.caller.subject).toBe('ann')
      expect(inQuery.search.toString()).toBe('a=1')
      const inBody = await ask({ ...door, sessionToken: true }, '/x', { session_token: token, a: 1 })
      expect(inBody.caller.subject).toBe('ann')
      expect(await inBody.json()).toEqual({ a: 1 })
    }
  })

  it('believes the header first, and still hands no token on', async () => {
    const headers = { authorization: `Bearer ${text}` }
    const asked = await ask({ ...door, sessionToken: true }, '/x?session_token=y', { session_token: 'z' }, headers)
    expect([asked.caller.via, asked.search.size, await asked.json()]).toEqual(['key', 0, {}])
  })

  it('finds a ticket in the query', async () => {
    const ticket = access.authenticator.openTicket(await access.authenticator.identify(text)).text
    const asked = await ask({ ...door, ticket: true }, `/x?ticket=${ticket}`)
    expect([asked.caller.via, asked.search.size]).toEqual(['ticket', 0])
  })

  it('is another one than those that do not say so', async () => {
    const ticket = access.authenticator.openTicket(await access.authenticator.identify(text)).text
    for (const url of [`/x?session_token=${text}`, `/x?ticket=${ticket}`]) {
      await expect(ask(door, url, { session_token: text })).rejects.toMatchObject({ code: 'unauthenticated' })
    }
  })

  it('lets nobody in for a role that its policy does not name, nor without a policy', async () => {
    const headers = { authorization: `Bearer ${text}` }
    for (const id of ['getTrace', 'noSuchRoute']) {
      await expect(ask({ ...door, id }, '/x', undefined, headers)).rejects.toMatchObject({ code: 'forbidden' })
    }
  })
})

it('never gives the rows of nobody to a user without a name', () => {
  expect(codeOf(() => scopeOf({ ...LOCAL_ADMIN, role: 'user' }))).toBe('forbidden')
})
