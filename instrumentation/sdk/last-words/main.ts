/** The child process of `say.ts`: reads a line of JSON and bodies from its input, posts each, ends with 0 if all were accepted. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

interface Head {
  url: string
  headers: Record<string, string>
  ca?: string
  key?: string
  cert?: string
  timeoutMs: number
  lengths: number[]
}

async function main(): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk)
  const input = Buffer.concat(chunks)
  let at = input.indexOf(0x0a) + 1
  const head = JSON.parse(input.toString('utf8', 0, at)) as Head
  setTimeout(() => process.exit(1), head.timeoutMs)
  for (const length of head.lengths) {
    const status = await post(head, input.subarray(at, at + length))
    if (status < 200 || status > 299) process.exit(1)
    at += length
  }
  process.exit(0)
}

function post(head: Head, body: Buffer): Promise<number> {
  const { ca, key, cert } = head
  const start = head.url.startsWith('https:') ? httpsRequest : httpRequest
  const headers = { ...head.headers, 'content-type': 'application/x-protobuf', 'content-length': body.length }
  return new Promise((resolve, reject) => {
    const sent = start(head.url, { method: 'POST', headers, ca, key, cert }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

main().catch(() => process.exit(1))
