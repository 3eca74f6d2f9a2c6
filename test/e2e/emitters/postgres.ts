/**
 * A server that speaks as much of PostgreSQL's protocol 3.0 as a client's queries need: one table of orders with two rows; any
 * other is unknown. (https://www.postgresql.org/docs/current/protocol-message-formats.html)
 */

import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'

const ROWS = [
  ['7', '19.90'],
  ['8', '5.00'],
]
const COLUMNS = ['id', 'total']
const TEXT_OID = 25

export interface Postgres {
  url: string
  stop(): Promise<void>
}

export async function startPostgres(): Promise<Postgres> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `postgres://me:hunter2@127.0.0.1:${port}/shop`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function serve(socket: Socket): void {
  let pending = Buffer.alloc(0)
  let isStarted = false
  let failed = false
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      // The first message has no type before its length.
      const head = isStarted ? 1 : 0
      if (pending.length < head + 4) return
      const length = head + pending.readInt32BE(head)
      if (pending.length < length) return
      const message = pending.subarray(0, length)
      pending = pending.subarray(length)
      if (!isStarted) socket.write(Buffer.concat([authenticated, ready]))
      else if (message[0] === code('S')) {
        failed = false
        socket.write(ready)
      } else if (!failed) {
        const answer = answerTo(String.fromCharCode(message[0]!), message.subarray(5))
        failed = answer[0] === code('E')
        socket.write(answer)
      }
      isStarted = true
    }
  })
}

function answerTo(type: string, body: Buffer): Buffer {
  if (type === 'P') return isKnown(body) ? framed('1') : unknownTable
  if (type === 'B') return framed('2')
  if (type === 'D') return description
  if (type === 'E') return rows
  if (type === 'Q') return Buffer.concat([isKnown(body) ? Buffer.concat([description, rows]) : unknownTable, ready])
  return Buffer.alloc(0)
}

const isKnown = (query: Buffer) => query.includes('orders')
const code = (letter: string) => letter.charCodeAt(0)
const cstring = (text: string) => Buffer.from(`${text}\0`)
const int16 = (value: number) => Buffer.from([(value >> 8) & 255, value & 255])
function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
function framed(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

const authenticated = framed('R', int32(0))
const ready = framed('Z', Buffer.from('I'))
const description = framed(
  'T',
  int16(COLUMNS.length),
  ...COLUMNS.flatMap((name) => [cstring(name), int32(0), int16(0), int32(TEXT_OID), int16(-1), int32(-1), int16(0)]),
)
const rows = Buffer.concat([
  ...ROWS.map((cells) =>
    framed('D', int16(cells.length), ...cells.flatMap((cell) => [int32(cell.length), Buffer.from(cell)])),
  ),
  framed('C', cstring(`SELECT ${ROWS.length}`)),
])
const unknownTable = framed(
  'E',
  ...['SERROR', 'VERROR', 'C42P01', 'Mrelation "reports" does not exist'].map(cstring),
  Buffer.from([0]),
)
