/** Keys, sessions of browsers, tickets for streams. */
import { createKey, listKeys, revokeKey } from './keys.ts'
import { signIn, signOut, whoAmI } from './session.ts'
import { createTicket } from './tickets.ts'

export const access = [listKeys, createKey, revokeKey, signIn, whoAmI, signOut, createTicket]
