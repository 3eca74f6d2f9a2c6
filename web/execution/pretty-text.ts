/** An input or output as a reader wants it: JSON laid out, anything else as it is. Pure. */

export interface PrettyText {
  text: string
  isJson: boolean
}

/** Only objects and lists are laid out: a number or a quoted word reads better as it came. */
export function prettyText(text: string): PrettyText {
  if (!/^\s*[[{]/.test(text)) return { text, isJson: false }
  try {
    // Laying out parsed numbers would change those beyond 2^53, so such a text stays as it came.
    const value: unknown = JSON.parse(text)
    return /\d{16}/.test(text) ? { text, isJson: true } : { text: JSON.stringify(value, null, 2), isJson: true }
  } catch {
    return { text, isJson: false }
  }
}
