/** Numbers rows by what is equal among them: the first of each kind stands for all others of it. */

/** Longest search for an equal row. Behind it a row gets a number of its own: rows made to collide can't make a request slow. */
const PROBES_MAX = 32

export interface Rows {
  /** Equal rows have equal hashes. */
  hash(row: number): number
  isEqual(row: number, other: number): boolean
}

export class RowClasses {
  /** The first row of each class. */
  readonly firsts: number[] = []
  private readonly hashes: number[] = []
  private slots = new Int32Array(512)

  clear(): void {
    this.slots.fill(0)
    this.firsts.length = 0
    this.hashes.length = 0
  }

  /** The number of the row's class; the next number for a row that is unlike all earlier ones. */
  classOf(rows: Rows, row: number): number {
    const { slots, hashes, firsts } = this
    const hash = rows.hash(row)
    const mask = slots.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const known = slots[slot]! - 1
      if (known < 0) return this.append(row, hash, slot)
      if (hashes[known] === hash && rows.isEqual(firsts[known]!, row)) return known
      slot = (slot + 1) & mask
    }
    return this.append(row, hash, -1)
  }

  private append(row: number, hash: number, slot: number): number {
    const next = this.firsts.push(row) - 1
    this.hashes.push(hash)
    if (slot >= 0) this.slots[slot] = next + 1
    if (this.firsts.length * 2 > this.slots.length) this.growSlots()
    return next
  }

  private growSlots(): void {
    const slots = new Int32Array(this.slots.length * 2)
    const mask = slots.length - 1
    this.hashes.forEach((hash, number) => {
      let slot = (hash ^ (hash >>> 15)) & mask
      let probe = 0
      while (slots[slot] !== 0 && probe++ < PROBES_MAX) slot = (slot + 1) & mask
      if (slots[slot] === 0) slots[slot] = number + 1
    })
    this.slots = slots
  }
}

/** One more number into a hash. */
export function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
}
