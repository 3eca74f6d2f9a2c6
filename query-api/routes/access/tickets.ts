/** `POST /api/v1/live/tickets`: what a browser puts into the address of a stream, where it can't send a header. */
import { z } from 'zod'
import { ticketSchema } from '../../schema/access.ts'
import { formatTime, NS_PER_MS } from '../../time.ts'
import { route } from '../route.ts'

const nothing = z.strictObject({})

export const createTicket = route({
  method: 'post',
  path: '/api/v1/live/tickets',
  id: 'createTicket',
  tag: 'Live',
  summary: 'Get a ticket for a stream',
  description:
    'Good for a minute, for streams only, in the name of the caller. It may stand in an address and in its logs: it is worth nothing soon.',
  parameters: nothing,
  query: nothing,
  status: 201,
  answer: ticketSchema,
  problems: [],
  handle: ({ caller, services: { access } }) => {
    const { text, expiresAtMs } = access.authenticator.openTicket(caller)
    const answer = { ticket: text, expires_at: formatTime(BigInt(expiresAtMs) * NS_PER_MS) }
    return { json: answer, headers: { 'cache-control': 'no-store' } }
  },
})
