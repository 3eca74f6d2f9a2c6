/** Durations as a person types them: `90s`, `15m`, `6h`, `7d`. */
import { InvalidArgumentError } from 'commander'

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds. @throws InvalidArgumentError, which commander shows with the option's name */
export function parseDuration(text: string): number {
  const match = /^(\d+)([smhd])$/.exec(text.trim())
  const milliseconds = match ? Number(match[1]) * UNIT_MS[match[2]!]! : 0
  if (milliseconds <= 0) throw new InvalidArgumentError('expected a number with s, m, h or d, for example 7d')
  return milliseconds
}

/** A whole number from 1 on. @throws InvalidArgumentError */
export function parseCount(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1 on')
  return value
}
