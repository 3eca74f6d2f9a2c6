/** Removes secrets at the source: by the name of a member or header, and by shape inside of texts. */

export const REDACTED = '[redacted]'

/** Words in a name, whatever its case and separators, whose value is a secret. */
const SECRET_NAME =
  /passw(?:or)?d|passphrase|(?:^|[-_.])(?:pass|pwd)$|secret|credential|(?:api|access|private|signing|encryption)[-_.]?key|token$|authorization|cookie|csrf|xsrf|(?:^|[-_.])(?:jwt|otp|pin|cvv|cvc)$/i

/** What a text must contain for any of the shapes below: asked first, because most texts have none. */
const MAYBE_SECRET = /:\/\/[^/\s]*@|pass|pwd|secret|key|token|bearer|basic|identified by|authorization|eyJ/i

const SHAPES: readonly [RegExp, string][] = [
  // user:password@host in URLs and DSNs.
  [/(:\/\/[^\s:/@]{0,256}):[^\s@]{1,256}@/g, `$1:${REDACTED}@`],
  // Header values and schemes.
  [/\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,4096}/gi, `$1 ${REDACTED}`],
  // JSON Web Tokens.
  [/\beyJ[a-z0-9_-]{8,4096}\.[a-z0-9_-]{4,8192}\.[a-z0-9_-]{0,4096}/gi, REDACTED],
  // password=…, "api_key": "…", pwd:… in query strings, connection strings and JSON texts.
  [
    /((?:passw(?:or)?d|passphrase|pwd|secret|api[-_]?key|access[-_]?key|private[-_]?key|token)["']?\s{0,4}[=:]\s{0,4})("(?:[^"\\]|\\.){0,2048}"|'(?:[^'\\]|\\.){0,2048}'|[^\s&;,"'}\])]{1,1024})/gi,
    `$1${REDACTED}`,
  ],
  // SQL: PASSWORD '…', IDENTIFIED BY '…'.
  [/\b(password|identified\s+by|identified\s+with\s+\w+\s+by)\s+'[^']{0,1024}'/gi, `$1 '${REDACTED}'`],
]

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** The text without what looks like a password, token or key. */
export function redactText(text: string): string {
  if (!MAYBE_SECRET.test(text)) return text
  return SHAPES.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), text)
}
