/** Values of clients as texts that come back as the same values, and are easy to read where they may be. */

/** A text stands as it is, unless it would be read as something else. */
export function jsonText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return isJson(value) ? JSON.stringify(value) : value
}

/** What {@link jsonText} was made of; a text of other emitters that is no JSON is itself. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The message of an error, else the whole of it. */
export function errorText(error: string | Record<string, unknown>): string {
  if (typeof error === 'string') return error
  return typeof error.message === 'string' ? error.message : JSON.stringify(error)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
