/** Sends hostile requests over kept HTTP connections, many in flight on each, and keeps account of every answer. */
import { connect, type Socket } from 'node:net'
import { MEDIA_TYPE, splitAddress } from '../senders.ts'
import { type Account, type LoadOptions, silence } from './load.ts'
import { type HostileRequest, hostileRequest } from './requests.ts'

const CONNECTIONS = 8
const IN_FLIGHT_EACH = 24

/** Sends the requests `[first, first + count)` of a seed. */
export async function httpLoad(address: string, options: LoadOptions, account: Account): Promise<void> {
  let next = options.first
  const end = options.first + options.count
  const take = () => (next < end ? next++ : undefined)
  await Promise.all(Array.from({ length: CONNECTIONS }, () => new Connection(address, options, account, take).done))
}

class Connection {
  readonly done: Promise<void>
  private readonly socket: Socket
  private readonly sent: { n: number; request: HostileRequest }[] = []
  private unread: Buffer = Buffer.alloc(0)
  private finish!: () => void
  private fail!: (error: Error) => void
  private readonly silence: NodeJS.Timeout

  constructor(
    address: string,
    private readonly options: LoadOptions,
    private readonly account: Account,
    private readonly take: () => number | undefined,
  ) {
    const [host, port] = splitAddress(address)
    this.done = new Promise((resolve, reject) => {
      this.finish = resolve
      this.fail = reject
    })
    this.silence = silence(() => this.break('there was no answer'))
    this.socket = connect({ host, port, noDelay: true }, () => this.fill())
    this.socket.on('data', (chunk) => this.read(chunk))
    this.socket.on('error', (error) => this.break(error.message))
    this.socket.on('close', () => this.break('the connection was closed'))
  }

  private fill(): void {
    const pieces: Buffer[] = []
    while (this.sent.length < IN_FLIGHT_EACH) {
      const n = this.take()
      if (n === undefined) break
      const request = hostileRequest(this.options.seed, n)
      this.sent.push({ n, request })
      pieces.push(headOf(request), request.body)
    }
    if (pieces.length > 0) this.socket.write(Buffer.concat(pieces))
    if (this.sent.length > 0) return
    clearTimeout(this.silence)
    this.socket.removeAllListeners('close').destroy()
    this.finish()
  }

  private read(chunk: Buffer): void {
    this.silence.refresh()
    this.unread = this.unread.length > 0 ? Buffer.concat([this.unread, chunk]) : chunk
    for (;;) {
      const headEnd = this.unread.indexOf('\r\n\r\n')
      if (headEnd < 0) break
      const head = this.unread.toString('latin1', 0, headEnd)
      const end = headEnd + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
      if (!(this.unread.length >= end)) break
      this.answered(Number(head.slice(9, 12)))
      this.unread = this.unread.subarray(end)
    }
    this.fill()
  }

  private answered(status: number): void {
    const { n, request } = this.sent.shift()!
    this.account.answered(status, request, n)
  }

  private break(why: string): void {
    clearTimeout(this.silence)
    this.socket.removeAllListeners('close').destroy()
    this.fail(new Error(`${why}: seed ${this.options.seed}, requests ${this.sent.map(({ n }) => n).join(', ')}`))
  }
}

function headOf({ signal, encoding, compression, body }: HostileRequest): Buffer {
  const encoded = compression ? `content-encoding: ${compression}\r\n` : ''
  return Buffer.from(
    `POST ${signal.path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${MEDIA_TYPE[encoding]}\r\n${encoded}content-length: ${body.length}\r\n\r\n`,
  )
}
