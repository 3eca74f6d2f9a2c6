/** Cuts a text at a number of UTF-8 bytes, never inside a character. */

export interface CappedText {
  text: string
  truncated: boolean
}

export function capText(text: string, bytesMax: number): CappedText {
  if (text.length * 3 <= bytesMax) return { text, truncated: false }
  const bytes = Buffer.from(text)
  if (bytes.length <= bytesMax) return { text, truncated: false }
  let end = bytesMax
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return { text: bytes.toString('utf8', 0, end), truncated: true }
}
