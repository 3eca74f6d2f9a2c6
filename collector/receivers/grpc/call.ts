/**
 * One OTLP/gRPC call, from its headers to its trailers. A unary call is one small frame each way, so it is read here, piece
 * by piece under the permit; @grpc/grpc-js as a server holds whole messages before anybody is asked, answers INTERNAL for
 * a broken gzip (clients then drop their data) and can't compress an answer.
 */
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { encodeResponse } from '@runlens/otlp'
import type { ReceiverCounters } from '../counters.ts'
import { COMPRESSIONS, type Compression } from '../inflate.ts'
import type { Intake } from '../intake.ts'
import type { Receiver, Service } from '../receiver.ts'
import { type Fault, fault } from '../status.ts'
import { answerFault, answerMessage, answerNoCall } from './answer.ts'
import { MessageReader } from './frame.ts'

export interface CallOptions {
  receiver: Receiver
  services: readonly Service[]
  counters: ReceiverCounters
  /** What a request that may pass later is asked to wait. */
  retryAfterSeconds: number
}

const UNNAMED_COMPRESSION = fault('malformed', 'The message is compressed, but grpc-encoding does not say how.')

export function serveStream(
  options: CallOptions,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  headersFit: boolean,
): void {
  // A reset is seen by 'close', where everything is released; an unheard 'error' would end the process.
  stream.on('error', () => {})
  if (!/^application\/grpc(\+proto)?\s*(;|$)/i.test(headers['content-type'] ?? '')) answerNoCall(stream, 415)
  else if (headers[':method'] !== 'POST') answerNoCall(stream, 405)
  else {
    const call = new Call(options, stream, headers)
    if (headersFit) call.serve()
    else call.refuse(fault('headers_too_large', 'The headers of the call are too large.'))
  }
}

class Call {
  private readonly options: CallOptions
  private readonly stream: ServerHttp2Stream
  private readonly headers: IncomingHttpHeaders
  private signal: string | undefined

  constructor(options: CallOptions, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.options = options
    this.stream = stream
    this.headers = headers
  }

  serve(): void {
    const { headers } = this
    const { receiver, services } = this.options
    const service = services.find(({ signal }) => signal.grpcPath === headers[':path'])
    this.signal = service?.signal.name
    const compression = String(headers['grpc-encoding'] ?? 'identity')
    if (!service) this.refuse(unknownMethod(services))
    else if (!isCompression(compression)) this.refuse(unknownCompression())
    else {
      const intake = receiver.open({ service, headers, onSlow: (why) => this.refuse(why) })
      if ('kind' in intake) this.refuse(intake)
      else this.receive(service, intake, compression)
    }
  }

  private receive(service: Service, intake: Intake, compression: Compression): void {
    const { stream } = this
    const message = new MessageReader(intake)
    const stop = (why: Fault) => {
      intake.leave()
      this.refuse(why)
    }
    stream.on('data', (chunk: Buffer) => {
      const why = message.push(chunk)
      if (why) stop(why)
    })
    let complete = false
    stream.once('end', () => {
      // A reset ends the readable side as well, as if all had come.
      if (stream.headersSent || stream.aborted || stream.closed) return
      complete = true
      const why = message.end() ?? (message.compressed && compression === 'identity' ? UNNAMED_COMPRESSION : undefined)
      if (why) stop(why)
      else this.finish(service, intake, message.compressed ? compression : 'identity')
    })
    stream.once('close', () => {
      if (complete) return
      if (!stream.headersSent) this.options.counters.aborted('grpc')
      intake.leave()
    })
  }

  private async finish(service: Service, intake: Intake, compression: Compression): Promise<void> {
    const outcome = await intake.finish({ encoding: 'protobuf', compression })
    if (outcome.kind === 'refused') {
      this.refuse(outcome)
      return
    }
    this.options.counters.answered('grpc', this.signal, 'ok')
    const gzip = String(this.headers['grpc-accept-encoding'] ?? '')
      .split(/\s*,\s*/)
      .includes('gzip')
    answerMessage(this.stream, encodeResponse(service.signal, 'protobuf', outcome), gzip)
  }

  refuse(why: Fault): void {
    this.stream.removeAllListeners('data')
    this.options.counters.answered('grpc', this.signal, why.reason)
    answerFault(this.stream, why, why.retryAfterSeconds ?? this.options.retryAfterSeconds)
  }
}

function isCompression(name: string): name is Compression {
  return (COMPRESSIONS as readonly string[]).includes(name)
}

function unknownMethod(services: readonly Service[]): Fault {
  return fault(
    'unknown_path',
    `There is no such method; OTLP goes to ${services.map(({ signal }) => signal.grpcPath).join(', ')}.`,
  )
}

function unknownCompression(): Fault {
  return fault('unsupported_compression', `The grpc-encoding is not known: send one of ${COMPRESSIONS.join(', ')}.`)
}
