/** Which names say that what stands under them is a secret: of attributes, members of JSON, parameters and headers. */

/** Words in a name, whatever its case and separators. */
const SECRET =
  /passw(?:or)?d|passphrase|(?:^|[-_.])(?:pass|pwd)$|secret|credential|(?:api|access|private|signing|encryption|account|shared|master|auth|session|service)[-_.]?key$|token$|authorization|cookie|csrf|xsrf|(?:^|[-_.])(?:jwt|otp|pin|cvv|cvc|dsn)$/

/** Names that look like one and are none: counts of tokens of a language model, names of things that hold secrets. */
const HARMLESS =
  /(?:^|[-_.])(?:max|min|total|prompt|completion|input|output|cached|num|count|next|page|continuation|cancellation)[-_.]?tokens?$|secretary/

/** Shorter names are none, of longer ones the end is looked at. */
export const NAME_BYTES_MIN = 3
export const NAME_BYTES_MAX = 128

export function isSecretName(name: string): boolean {
  // `apiKey` as `api_Key`: words within a name are found by their separators.
  const lower = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  return SECRET.test(lower) && !HARMLESS.test(lower)
}
