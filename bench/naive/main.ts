/**
 * The same duty written the obvious way, to measure beside: OTLP/HTTP in, protobufjs objects, JSONEachRow bytes appended to a file,
 * `fdatasync`, answer. One process, no mapping, no bounds, no filter of resends.
 */
import { closeSync, fdatasync, openSync, writeSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { toJsonRows } from './json-rows.ts'

const sync = promisify(fdatasync)
const file = openSync(join(process.env.RUNLENS_DATA_DIR!, 'rows.jsonl'), 'w')

const server = createServer((asked, answer) => {
  answerTo(asked).then(
    () => answer.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(),
    (error: unknown) => answer.writeHead(500).end(String(error)),
  )
})

async function answerTo(asked: IncomingMessage): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of asked) chunks.push(chunk as Buffer)
  writeSync(file, toJsonRows(Buffer.concat(chunks)))
  await sync(file)
}

server.listen(0, '127.0.0.1', () => {
  const http = `127.0.0.1:${(server.address() as AddressInfo).port}`
  process.send!({ type: 'ready', component: 'collector', listen: { http } })
})
process.once('SIGTERM', () => {
  closeSync(file)
  process.exit(0)
})
process.once('disconnect', () => process.exit(0))
