/** The n-th hostile request of a seed: a payload of the corpus, broken in one way or several, compressed in one way or another. */
import { deflateSync, gzipSync } from 'node:zlib'
import { LOGS, METRICS, type OtlpEncoding, type Signal, TRACES } from '@runlens/otlp'
import { fixed64, len } from '../../kit/wire.ts'
import { CORPUS, renewed } from './corpus.ts'
import { ANY_MUTATIONS, JSON_MUTATIONS, PROTOBUF_MUTATIONS } from './mutations.ts'
import { Random } from './random.ts'

const MUTATIONS = {
  protobuf: Object.values({ ...ANY_MUTATIONS, ...PROTOBUF_MUTATIONS }),
  json: Object.values({ ...ANY_MUTATIONS, ...JSON_MUTATIONS }),
}

/** Every so many requests one is sound, and is looked for at the end. */
const SOUND_EVERY = 8
const BOMB_EVERY = 5_000
const MARK = Buffer.from('feedfacecafebeef', 'hex')

export interface HostileRequest {
  signal: Signal
  encoding: OtlpEncoding
  /** Before compression. */
  plain: Buffer
  body: Buffer
  /** As in Content-Encoding and grpc-encoding; '' for none. */
  compression: '' | 'gzip' | 'deflate'
  /** Sound requests must be taken; what they are found by. */
  mark: number | undefined
}

export function hostileRequest(seed: number, n: number, only?: OtlpEncoding): HostileRequest {
  if (n % SOUND_EVERY === 0) return sound(n)
  const random = new Random(Math.imul(seed, 0x9e3779b1) + n)
  if (n % BOMB_EVERY === 1) return { ...plainRequest(TRACES, 'protobuf', BOMB), body: BOMB_GZIP, compression: 'gzip' }
  const seeds = only ? CORPUS.filter(({ encoding }) => encoding === only) : CORPUS
  // Logs and metrics as often as traces, though there are fewer of them.
  const signal = random.pick([TRACES, LOGS, METRICS])
  const origin = random.pick(seeds.filter((one) => one.signal === signal))
  let plain = renewed(origin, random)
  for (let steps = random.once(10) ? 0 : 1 + random.below(3); steps > 0; steps--)
    plain = random.pick(MUTATIONS[origin.encoding])(random, plain)
  return { ...plainRequest(origin.signal, origin.encoding, plain), ...compressed(random, plain) }
}

/** A million empty spans: two MB, and four KB of gzip. */
const BOMB = len(1, len(2, Buffer.alloc(2_000_000, len(2))))
const BOMB_GZIP = gzipSync(BOMB)

function plainRequest(signal: Signal, encoding: OtlpEncoding, plain: Buffer): HostileRequest {
  return { signal, encoding, plain, body: plain, compression: '', mark: undefined }
}

/** One span or log record whose trace id holds `n`. */
function sound(n: number): HostileRequest {
  const number = Buffer.alloc(8)
  number.writeUInt32BE(n + 1, 4)
  const start = BigInt(Date.UTC(2026, 5, 1)) * 1_000_000n
  if (n % (2 * SOUND_EVERY) === 0) {
    const record = len(2, fixed64(1, start), len(5, len(1, 'sound')), len(9, MARK, number), len(10, number))
    return { ...plainRequest(LOGS, 'protobuf', len(1, len(2, record))), mark: n + 1 }
  }
  const span = len(2, len(1, MARK, number), len(2, number), len(5, 'sound'), fixed64(7, start), fixed64(8, start + 1n))
  return { ...plainRequest(TRACES, 'protobuf', len(1, len(2, span))), mark: n + 1 }
}

/** The marks of sound requests that stand somewhere in `bytes`. */
export function marksIn(bytes: Uint8Array): number[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const marks: number[] = []
  for (let at = buffer.indexOf(MARK); at >= 0; at = buffer.indexOf(MARK, at + 16))
    marks.push(buffer.readUInt32BE(at + 12))
  return marks
}

function compressed(random: Random, plain: Buffer): Pick<HostileRequest, 'body' | 'compression'> {
  switch (random.below(20)) {
    case 0:
      return { body: gzipSync(plain), compression: 'gzip' }
    case 1:
      return { body: deflateSync(plain), compression: 'deflate' }
    case 2:
      // Rubbish behind the end.
      return { body: Buffer.concat([gzipSync(plain), random.bytes(1 + random.below(30))]), compression: 'gzip' }
    case 3: {
      // Two members in a row, which is one body.
      const cut = random.below(plain.length + 1)
      const members = [plain.subarray(0, cut), plain.subarray(cut)].map((part) => gzipSync(part))
      return { body: Buffer.concat(members), compression: 'gzip' }
    }
    case 4:
      return { body: ANY_MUTATIONS.flip!(random, gzipSync(plain)), compression: 'gzip' }
    case 5:
      return { body: gzipSync(plain).subarray(0, 5 + random.below(plain.length)), compression: 'gzip' }
    case 6:
      return { body: plain, compression: 'gzip' }
    default:
      return { body: plain, compression: '' }
  }
}
