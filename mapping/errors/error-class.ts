/** The class of an error: one word for wordings of the same fault, by the first rule of `classes.yaml` that fits. */
import { errorCodes } from './error-codes.ts'
import { type ClassRule, type ErrorClass, loadClasses } from './load-classes.ts'

/** Characters of a message that are looked at. */
const SEARCH_MAX = 2_000

let loaded: readonly ClassRule[] | undefined

/** Of any error, also of one that says nothing: `unknown`. */
export function errorClass(type: string, message: string, statusCode: string): ErrorClass {
  loaded ??= loadClasses()
  const text = message.slice(0, SEARCH_MAX)
  const name = simpleName(type)
  const codes = errorCodes(type, text, statusCode)
  const rule = loaded.find(
    ({ types, codes: wanted, messages }) =>
      types?.test(name) || codes.some((code) => wanted?.test(code)) || messages?.test(text),
  )
  return rule?.class ?? 'unknown'
}

/** The last part of a type with its package: `java.net.ConnectException`, `psycopg.errors.UndefinedTable`, `*net.OpError`, `Db::Error`. */
function simpleName(type: string): string {
  return /[^.:$/*\\]*$/.exec(type.slice(0, 256))?.[0] ?? ''
}
