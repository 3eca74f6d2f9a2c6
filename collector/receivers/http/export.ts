/** One OTLP export over HTTP: from its headers to its answer (OTLP specification, "OTLP/HTTP"). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { encodeResponse } from '@runlens/otlp'
import type { ReceiverCounters } from '../counters.ts'
import { COMPRESSIONS } from '../inflate.ts'
import type { BodyForm, Intake } from '../intake.ts'
import type { Receiver, Service } from '../receiver.ts'
import { type Fault, fault } from '../status.ts'
import { answer, answerFault } from './answer.ts'
import { compressionOf, encodingOf, MEDIA_TYPES } from './negotiate.ts'

export interface ExportOptions {
  receiver: Receiver
  services: readonly Service[]
  counters: ReceiverCounters
  /** What a request that may pass later is asked to wait. */
  retryAfterSeconds: number
}

/** A request on a path of a signal. */
export class HttpExport {
  private readonly options: ExportOptions
  private readonly request: IncomingMessage
  private readonly response: ServerResponse
  private signal: string | undefined

  constructor(options: ExportOptions, request: IncomingMessage, response: ServerResponse) {
    this.options = options
    this.request = request
    this.response = response
  }

  /** @param invite asks a sender that waits for it (`Expect: 100-continue`) to send its body */
  serve(service: Service, invite: () => void): void {
    const { request, response } = this
    this.signal = service.signal.name
    if (request.method === 'POST') {
      this.take(service, invite)
    } else if (request.method === 'HEAD') {
      // Some senders look whether the path is there before they send (n8n does at its start).
      answer(request, response, 200, encodingOf(request.headers['content-type']) ?? 'json', Buffer.alloc(0))
    } else {
      response.setHeader('allow', 'POST, HEAD')
      this.refuse(fault('wrong_method', `${request.method} is not taken here: send with POST.`))
    }
  }

  /** Answers with the reason, whether or not the body has come. */
  refuse(why: Fault): void {
    this.options.counters.answered('http', this.signal, why.reason)
    answerFault(this.request, this.response, why, why.retryAfterSeconds ?? this.options.retryAfterSeconds)
  }

  private take(service: Service, invite: () => void): void {
    const { request } = this
    const form = formOf(request)
    const intake =
      'kind' in form
        ? form
        : this.options.receiver.open({
            service,
            headers: request.headers,
            expectedBytes: declaredBytes(request),
            onSlow: (why) => this.refuse(why),
          })
    if ('kind' in form) this.refuse(form)
    else if ('kind' in intake) this.refuse(intake)
    else {
      this.receive(service, intake, form)
      invite()
    }
  }

  private receive(service: Service, intake: Intake, form: BodyForm): void {
    const { request, response } = this
    request.on('data', (chunk: Buffer) => {
      const why = intake.push(chunk)
      if (why) this.refuse(why)
    })
    request.once('end', () => {
      if (!response.headersSent) this.finish(service, intake, form)
    })
    request.once('close', () => {
      if (request.complete) return
      if (!response.headersSent) this.options.counters.aborted('http')
      intake.leave()
    })
  }

  private async finish(service: Service, intake: Intake, form: BodyForm): Promise<void> {
    const outcome = await intake.finish(form)
    if (outcome.kind === 'refused') {
      this.refuse(outcome)
      return
    }
    this.options.counters.answered('http', this.signal, 'ok')
    answer(this.request, this.response, 200, form.encoding, encodeResponse(service.signal, form.encoding, outcome))
  }
}

function formOf({ headers }: IncomingMessage): BodyForm | Fault {
  const encoding = encodingOf(headers['content-type'])
  if (!encoding) {
    const types = Object.values(MEDIA_TYPES).join(' or ')
    return fault(
      'unsupported_media_type',
      `The Content-Type is ${headers['content-type'] ?? 'missing'}: send ${types}.`,
    )
  }
  const compression = compressionOf(headers['content-encoding'])
  if (compression) return { encoding, compression }
  return fault(
    'unsupported_compression',
    `The Content-Encoding ${headers['content-encoding']} is not known: send one of ${COMPRESSIONS.join(', ')}.`,
  )
}

function declaredBytes({ headers }: IncomingMessage): number | undefined {
  return headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
}
