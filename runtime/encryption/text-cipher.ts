/**
 * Encrypts texts and opens them again (docs/adr/0024-encryption.md): AES-256-GCM in chunks, so that of a text that was cut somewhere its beginning
 * can still be read, under a key of its own for each text, bound to a tenant.
 *
 *     salt (16 bytes), then chunks: up to 512 bytes, then up to 2 KiB each, every one followed by its tag (16 bytes)
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { readSealed, type SealedText, writeSealed } from './sealed-text.ts'

/** Of plaintext: small at first, so that a value that is cut at 1 KiB shows something; then larger, because each costs about 10 µs. */
export const FIRST_CHUNK_BYTES = 512
export const CHUNK_BYTES = 2_048
const SALT_BYTES = 16
const TAG_BYTES = 16
const NONCE_BYTES = 12
const ALGORITHM = 'aes-256-gcm'
export const KEY_BYTES = 32

/** Before what keys and salts are made of, so that no two of them are ever made of the same. */
const KEY_PURPOSE = 'runlens text key 1'
const SALT_PURPOSE = 'runlens text salt 1'

export interface EncryptionKey {
  id: string
  /** {@link KEY_BYTES} of them. */
  bytes: Buffer
}

/** `cut`: the beginning of a text whose end is missing or damaged. `refused`: nothing of it was encrypted so, with this key for this tenant. */
export type Opened = { kind: 'whole' | 'cut'; text: string } | { kind: 'unknown_key' | 'refused' }

export class TextCipher {
  readonly #keys: ReadonlyMap<string, Buffer>
  /** The key that encrypts; undefined without any. */
  readonly keyId: string | undefined
  readonly #salts = new Salts()

  /** @param keys the first encrypts, all open */
  constructor(keys: readonly EncryptionKey[]) {
    this.#keys = new Map(keys.map(({ id, bytes }) => [id, bytes]))
    this.keyId = keys[0]?.id
  }

  /**
   * @param likeness `equal`: the same text becomes the same again, for what is told apart by it; default: another one each time
   * @returns ASCII
   */
  seal(text: Uint8Array, tenant: string, likeness: 'equal' | 'none' = 'none'): string {
    const master = this.#keys.get(this.keyId ?? '')
    if (!master) throw new Error('there is no key to encrypt with')
    const salt = likeness === 'none' ? this.#salts.next() : saltOf(master, text, tenant)
    const key = keyOf(master, salt)
    const pieces: Buffer[] = [salt]
    for (let at = 0, chunk = 0; at < text.length || chunk === 0; chunk++) {
      const end = at + chunkBytes(chunk)
      const cipher = createCipheriv(ALGORITHM, key, nonceOf(chunk), { authTagLength: TAG_BYTES })
      cipher.setAAD(boundTo(tenant, end >= text.length))
      pieces.push(cipher.update(text.subarray(at, end)), cipher.final(), cipher.getAuthTag())
      at = end
    }
    return writeSealed(this.keyId!, Buffer.concat(pieces))
  }

  open({ keyId, bytes }: SealedText, tenant: string): Opened {
    const master = this.#keys.get(keyId)
    if (!master) return { kind: 'unknown_key' }
    if (bytes.length < SALT_BYTES) return { kind: 'refused' }
    const key = keyOf(master, bytes.subarray(0, SALT_BYTES))
    const chunks: Buffer[] = []
    for (let at = SALT_BYTES; at < bytes.length; ) {
      const end = at + chunkBytes(chunks.length) + TAG_BYTES
      const piece = bytes.subarray(at, end)
      const nonce = nonceOf(chunks.length)
      const isAtEnd = end >= bytes.length
      const last = isAtEnd ? openPiece(piece, key, nonce, boundTo(tenant, true)) : undefined
      if (last) return { kind: 'whole', text: Buffer.concat([...chunks, last]).toString('utf8') }
      const chunk = openPiece(piece, key, nonce, boundTo(tenant, false))
      if (chunk) chunks.push(chunk)
      else if (isAtEnd) break
      else return { kind: 'refused' }
      at = end
    }
    return chunks.length === 0 ? { kind: 'refused' } : { kind: 'cut', text: wholeCharacters(chunks) }
  }

  /** Whether `text` is one that {@link seal} gave for this tenant, so that it need not be encrypted again. */
  hasSealed(text: string, tenant: string): boolean {
    const sealed = readSealed(text)
    return sealed !== undefined && this.open(sealed, tenant).kind === 'whole'
  }
}

/** Random ones, drawn many at once: one by one each would cost 4 µs more, of the 20 that a short text takes. */
class Salts {
  #drawn = Buffer.alloc(0)
  #at = 0

  next(): Buffer {
    if (this.#at === this.#drawn.length) {
      this.#drawn = randomBytes(SALT_BYTES * 256)
      this.#at = 0
    }
    this.#at += SALT_BYTES
    return this.#drawn.subarray(this.#at - SALT_BYTES, this.#at)
  }
}

function chunkBytes(chunk: number): number {
  return chunk === 0 ? FIRST_CHUNK_BYTES : CHUNK_BYTES
}

/** A key for one text: nonces can then simply count its chunks, and no number of texts is too many for the master key. */
function keyOf(master: Buffer, salt: Buffer): Buffer {
  return createHmac('sha256', master).update(KEY_PURPOSE).update(salt).digest()
}

function saltOf(master: Buffer, text: Uint8Array, tenant: string): Buffer {
  const hmac = createHmac('sha256', master)
    .update(SALT_PURPOSE)
    .update(`${Buffer.byteLength(tenant)}:${tenant}`)
  return hmac.update(text).digest().subarray(0, SALT_BYTES)
}

function nonceOf(chunk: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUInt32BE(chunk, NONCE_BYTES - 4)
  return nonce
}

/** What is authenticated beside a chunk: its text can neither be moved to another tenant nor be cut unseen. */
function boundTo(tenant: string, isLast: boolean): Buffer {
  return Buffer.from(`${isLast ? 'last' : 'more'}:${tenant}`)
}

/** @returns undefined where the tag says that it is not what it should be */
function openPiece(piece: Buffer, key: Buffer, nonce: Buffer, bound: Buffer): Buffer | undefined {
  const end = piece.length - TAG_BYTES
  if (end < 0) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(bound)
  decipher.setAuthTag(piece.subarray(end))
  const text = decipher.update(piece.subarray(0, end))
  try {
    decipher.final()
    return text
  } catch {
    return undefined
  }
}

/** Without the part of a character that a cut left at the end. */
function wholeCharacters(chunks: readonly Buffer[]): string {
  return new TextDecoder().decode(Buffer.concat(chunks), { stream: true })
}
