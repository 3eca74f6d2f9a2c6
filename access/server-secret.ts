/** The secret that the processes of one stack share: from the variable that `auth.secret_env` names, else from the data directory. */
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunlensError, type Settings, systemErrorCode } from '@runlens/runtime'

const FILE = 'access.secret'
const BYTES = 32

/**
 * Made at the first need; of several processes that make it at once, one wins and the others take what it made.
 * @throws RunlensError `data_dir_unusable`
 */
export function serverSecret({ auth, secrets, dataDir }: Pick<Settings, 'auth' | 'secrets' | 'dataDir'>): Buffer {
  if (auth.secret_env !== null) return Buffer.from(secrets[auth.secret_env] ?? '')
  const path = join(dataDir, FILE)
  try {
    return read(path) ?? make(dataDir, path)
  } catch (error) {
    throw new RunlensError(
      'data_dir_unusable',
      `Cannot keep the secret of sessions in ${path}: ${(error as Error).message}`,
      'Give the data directory to the user of this process, or name a variable with the secret in auth.secret_env.',
      error,
    )
  }
}

function read(path: string): Buffer | undefined {
  try {
    const secret = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
    if (secret.length !== BYTES) throw new Error('the file does not hold 64 hexadecimal digits')
    return secret
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Linking a complete file is atomic and fails where the name exists. */
function make(dataDir: string, path: string): Buffer {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const temporary = `${path}.new.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(temporary, `${randomBytes(BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(temporary, path)
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  } finally {
    unlinkSync(temporary)
  }
  return read(path) ?? make(dataDir, path)
}
