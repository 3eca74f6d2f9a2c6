/**
 * Which names in texts and maps say that a secret follows. They are looked at once, and known by a hash (FNV-1a) from then on, because their text
 * would cost more than all else.
 */
import { isSecretName, NAME_BYTES_MAX, NAME_BYTES_MIN } from './secret-names.ts'

export const DECIDED_NAMES_MAX = 4_096

const SPACE = 0x20
const QUOTE = 0x22
const APOSTROPHE = 0x27
const BACKSLASH = 0x5c
const HASH_START = 0x811c9dc5
const HASH_PRIME = 0x01000193
let nameHash = 0

export const isName = Uint8Array.from({ length: 256 }, (_, code) =>
  /[A-Za-z0-9_.-]/.test(String.fromCharCode(code)) ? 1 : 0,
)

/** What was decided, in a log that may begin anew, so that copies of it can follow. */
class DecidedNames {
  readonly hashes = new Int32Array(DECIDED_NAMES_MAX)
  readonly answers = new Uint8Array(DECIDED_NAMES_MAX)
  length = 0
  /** How many times it has begun anew. */
  generation = 0
  private readonly known = new Map<number, boolean>()

  get(hash: number): boolean | undefined {
    return this.known.get(hash)
  }

  /** @returns the answer */
  add(hash: number, isSecret: boolean): boolean {
    if (this.length === DECIDED_NAMES_MAX) {
      this.known.clear()
      this.length = 0
      this.generation++
    }
    this.known.set(hash, isSecret)
    this.hashes[this.length] = hash
    this.answers[this.length++] = isSecret ? 1 : 0
    return isSecret
  }
}

export const decidedNames = new DecidedNames()

/** Whether the name before a separator, in quotes or not, says that a secret follows. */
export function isSecretBefore(bytes: Buffer, start: number, separator: number): boolean {
  let end = separator
  while (end > start && bytes[end - 1] === SPACE) end--
  while (end > start && (bytes[end - 1] === QUOTE || bytes[end - 1] === APOSTROPHE || bytes[end - 1] === BACKSLASH))
    end--
  const first = nameBefore(bytes, start, end)
  return end - first >= NAME_BYTES_MIN && isDecidedSecret(bytes, first, end)
}

/** Whether a key in a map is a secret name: {@link isSecretName} of its text. */
export function isSecretKey(bytes: Buffer, start: number, end: number): boolean {
  if (nameBefore(bytes, start, end) !== start) return isSecretName(bytes.toString('utf8', start, end))
  return end - start >= NAME_BYTES_MIN && isDecidedSecret(bytes, start, end)
}

/** Where the name begins that ends at `end`; {@link nameHash} is its hash. */
function nameBefore(bytes: Buffer, start: number, end: number): number {
  let first = end
  let hash = HASH_START
  const limit = Math.max(start, end - NAME_BYTES_MAX)
  while (first > limit && isName[bytes[first - 1]!] === 1) {
    first--
    hash = Math.imul(hash ^ bytes[first]!, HASH_PRIME)
  }
  nameHash = hash
  return first
}

/** Of the name whose hash is in {@link nameHash}. */
function isDecidedSecret(bytes: Buffer, start: number, end: number): boolean {
  return decidedNames.get(nameHash) ?? decidedNames.add(nameHash, isSecretName(bytes.toString('latin1', start, end)))
}
