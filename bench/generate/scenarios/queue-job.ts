/** A consumer that takes messages off a queue, linked to whatever sent them: one execution of kind job. */
import { type Draft, KIND } from '../draft.ts'
import { databaseCall } from './database.ts'
import { faultSometimes } from './faults.ts'
import { mailer } from './services.ts'

const MESSAGES = 4

export function queueJob(draft: Draft): void {
  const { random } = draft
  const fault = faultSometimes(random, 0.04)
  const senders = draft.refs.length === 0 ? [] : Array.from({ length: MESSAGES }, () => random.pick(draft.refs))
  draft.trace((trace) => {
    const queue = random.pick(['mail.outbox', 'mail.bounces'])
    const batch = {
      'messaging.system': 'rabbitmq',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'consume',
      'messaging.destination.name': queue,
      'messaging.batch.message_count': MESSAGES,
      'messaging.client.id': `mailer-${draft.digits(50)}`,
      'server.address': 'mq-1.internal',
      'server.port': 5672,
      'messaging.rabbitmq.headers': { 'x-tenant': 'eu', 'x-priority': 3, 'x-tags': ['order', 'invoice'] },
      'network.protocol.name': 'amqp',
    }
    const parts = { service: mailer, name: `${queue} process`, kind: KIND.consumer, attributes: batch, workMs: 3 }
    trace.span({ ...parts, fault, links: senders }, () => {
      for (let message = 0; message < MESSAGES; message++) {
        const attributes = {
          'messaging.message.id': `m-${draft.digits(10_000_000)}`,
          'messaging.message.body.size': 400 + random.below(8_000),
          'messaging.destination.name': queue,
          'mail.template': random.pick(['order-confirmed', 'invoice', 'password-reset']),
          'mail.locale': random.pick(['en', 'de', 'fr']),
          'mail.is_html': true,
          'mail.score': 0.97,
          'code.function.name': 'Mailer.render',
          'thread.id': random.below(16),
        }
        const isLast = message === MESSAGES - 1
        const workMs = random.duration(12)
        trace.span(
          { service: mailer, name: 'render mail', attributes, workMs, fault: isLast ? fault : undefined },
          () => {
            databaseCall(trace, random, mailer)
          },
        )
      }
    })
  })
}
