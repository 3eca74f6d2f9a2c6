/**
 * Encrypts chosen values of a request that is indexed, before anything of it is mapped or laid out. What it writes stands behind the
 * request's own bytes, and the tape names that place from then on.
 */
import { ANY, formatValue, type LogTape, MetricTape, type Tape } from '@runlens/otlp'
import { type EncryptionSettings, encryptedAttributes, SEALED_MARK, type TextCipher } from '@runlens/runtime'

/** Keys whose choice is remembered. */
const KEYS_MAX = 10_000
const MARK = Buffer.from(SEALED_MARK)

export class Sealer {
  readonly #names: ReadonlySet<string>
  readonly #prefixes: readonly string[]
  readonly #known = new Map<string, boolean>()
  /** By key number of the tape at hand. */
  #isChosen: boolean[] = []
  #tenant = ''
  #sealed = 0

  /** @param cipher with a key to encrypt with */
  constructor(
    private readonly cipher: TextCipher,
    private readonly settings: Pick<EncryptionSettings, 'attributes' | 'logBodies'>,
  ) {
    const { names, prefixes } = encryptedAttributes(settings)
    this.#names = names
    this.#prefixes = prefixes
  }

  /** Values encrypted so far. */
  get sealed(): number {
    return this.#sealed
  }

  /** Whose requests come from here on. */
  use(tenant: string): void {
    this.#tenant = tenant
  }

  /** To be called before all else for each tape. */
  begin({ keys, buffer }: Tape): void {
    this.#isChosen = [false]
    for (let number = 1; number < keys.length; number++) {
      const name = buffer.toString('utf8', keys.starts[number]!, keys.ends[number]!)
      this.#isChosen[number] = this.#known.get(name) ?? this.#decide(name)
    }
  }

  /** Whether an attribute's value is one of ours already: what spans tell before they end is made of a tape that was here before. */
  hasSealed({ attributes, buffer }: Tape, row: number): boolean {
    const { key, type, valueStart, valueEnd } = attributes.at
    if (!this.#isChosen[key[row]!] || type[row] !== ANY.string) return false
    const start = valueStart[row]!
    if (buffer.compare(MARK, 0, MARK.length, start, Math.min(start + MARK.length, valueEnd[row]!)) !== 0) return false
    return this.cipher.hasSealed(buffer.toString('latin1', start, valueEnd[row]!), this.#tenant)
  }

  sealAttributes(tape: Tape): void {
    const { key } = tape.attributes.at
    const rows: number[] = []
    for (let row = 0; row < tape.attributes.length; row++) {
      if (this.#isChosen[key[row]!] && !this.hasSealed(tape, row)) rows.push(row)
    }
    this.#sealRows(tape, rows)
  }

  sealBodies(tape: LogTape): void {
    if (this.settings.logBodies === 'off') return
    this.#sealRows(
      tape,
      [...tape.logs.at.body.subarray(0, tape.logs.length)].filter((row) => row >= 0),
    )
  }

  #decide(name: string): boolean {
    const lower = name.toLowerCase()
    const isChosen = this.#names.has(lower) || this.#prefixes.some((prefix) => lower.startsWith(prefix))
    if (this.#known.size >= KEYS_MAX) this.#known.clear()
    this.#known.set(name, isChosen)
    return isChosen
  }

  /** Whatever has a value; an empty text stays one, because it says that there is none. */
  #sealRows(tape: Tape, rows: readonly number[]): void {
    // A point of a metric is known again by its attributes.
    const likeness = tape instanceof MetricTape ? 'equal' : 'none'
    const { type, valueStart, valueEnd } = tape.attributes.at
    const filled = rows.filter(
      (row) => type[row] !== ANY.empty && (type[row] !== ANY.string || valueStart[row] !== valueEnd[row]),
    )
    if (filled.length === 0) return
    const texts = filled.map((row) => this.cipher.seal(this.#bytesOf(tape, row), this.#tenant, likeness))
    let at = tape.extend(texts.reduce((sum, { length }) => sum + length, 0))
    filled.forEach((row, index) => {
      type[row] = ANY.string
      valueStart[row] = at
      at += tape.buffer.write(texts[index]!, at, 'latin1')
      valueEnd[row] = at
    })
    this.#sealed += filled.length
  }

  /** A text as it is, another value as the text that would be stored of it. */
  #bytesOf(tape: Tape, row: number): Buffer {
    const { type, valueStart, valueEnd } = tape.attributes.at
    if (type[row] === ANY.string) return tape.buffer.subarray(valueStart[row]!, valueEnd[row]!)
    return Buffer.from(formatValue(tape, row).text)
  }
}
