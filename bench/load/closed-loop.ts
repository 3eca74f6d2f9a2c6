/** A few senders that each send the next request as soon as the one before is answered: as fast as the receiver takes them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Target } from './target.ts'

const SENDERS = 4

/** @throws Error when a request is refused for good */
export async function sendAll(target: Target, bodies: Iterable<Buffer>): Promise<void> {
  const iterator = bodies[Symbol.iterator]()
  const send = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await sendUntilAccepted(target, next.value)
  }
  await Promise.all(Array.from({ length: SENDERS }, send))
}

export async function sendUntilAccepted(target: Target, body: Buffer): Promise<number> {
  for (let tries = 1; ; tries++) {
    const answer = await target.send(body)
    if (answer.kind === 'accepted') return tries
    if (answer.kind === 'refused') throw new Error(`a request was refused with ${answer.status}: ${answer.body}`)
    await sleep(answer.afterMs)
  }
}
