/** Query parameters (`param_*`): their names, and which of them a statement needs. */
import { EngineError } from '../engine-error.ts'
import { TokenReader } from './reader.ts'

/** @throws EngineError BAD_ARGUMENTS unless the name is an ASCII identifier */
export function requireParameterName(name: string): void {
  if (/^\w+$/.test(name)) return
  throw new EngineError(36, 'BAD_ARGUMENTS', `Query parameter name '${name}' is not made of letters, digits and _`)
}

/**
 * A session remembers parameters, so that one left by an earlier query would stand in for one that is missing.
 * @throws EngineError UNKNOWN_QUERY_PARAMETER for a `{name:Type}` without a value
 */
export function requireParameters(statement: string, parameters: ReadonlyMap<string, string>): void {
  if (!statement.includes('{')) return
  const reader = new TokenReader(statement)
  for (let index = 0; reader.token(index); index++) {
    const isPlaceholder = reader.word(index) === '{' && reader.isWord(index + 1) && reader.word(index + 2) === ':'
    const name = reader.of(index + 1)
    if (!isPlaceholder || parameters.has(name)) continue
    throw new EngineError(456, 'UNKNOWN_QUERY_PARAMETER', `Substitution \`${name}\` is not set`)
  }
}
