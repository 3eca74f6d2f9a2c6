/** `runlens keys`: makes, lists and revokes API keys, by way of ClickHouse, so that the first one needs no key. */
import { type ApiKey, hashOfKey, insertKey, KEYS_MAX, newKeyId, newKeyText, readKeys, revokeKey } from '@runlens/access'
import { type ClickHouseClient, createClickHouse } from '@runlens/clickhouse'
import { loadSettings, ROLES, type Role } from '@runlens/runtime'
import { type Command, InvalidArgumentError } from 'commander'
import { findClickHouse } from '../clickhouse-url.ts'
import type { CommandContext } from '../context.ts'
import { parseDuration } from '../duration.ts'
import { createdText, keyAsJson, keysTable } from '../keys-text.ts'
import { addSettingFlags, type SettingFlag, withSettingFlags } from '../settings-options.ts'
import { refusedBy } from '../up/clickhouse-access.ts'

const EXAMPLES = `
The first key makes API and collector ask everybody for one, unless auth.required says otherwise. Running processes know of a
change within seconds.

Examples:
  $ runlens keys create --name my-laptop --role admin
  $ runlens keys create --name checkout --role ingest --tenant shop --expires 365d
  $ runlens keys create --name ann --role user --user ann@example.com
  $ runlens keys create --name ci --role ingest --offline      for auth.keys of the configuration file
  $ runlens keys list --tenant shop
  $ runlens keys revoke 4f1c0a9d2b7e6835 --tenant shop`

const FLAGS: readonly SettingFlag[] = ['clickhouseUrl', 'dataDir', 'config']

export function addKeysCommand(program: Command, context: CommandContext): void {
  const keys = program.command('keys').description('API keys: create, list, revoke').addHelpText('after', EXAMPLES)
  const create = keys
    .command('create')
    .description('make a key and print it once')
    .requiredOption('--name <name>', 'what people call it', parseName)
    .requiredOption('--role <role>', ROLES.join(', '), parseRole)
    .option('--tenant <tenant>', 'whose data it is about', parseName, 'default')
    .option('--user <id>', 'the user that a key of role user stands for', parseName)
    .option('--expires <duration>', 'when it ends: 90d, 12h; never unless given', parseDuration)
    .option('--offline', 'store it nowhere: print the key and its SHA-256 for auth.keys')
    .option('--json', 'print JSON')
  addSettingFlags(create, FLAGS).action((options: CreateOptions) => createKey(context, options, create))
  const list = keys
    .command('list')
    .description('keys of a tenant, ended ones included')
    .option('--tenant <tenant>', 'of this one only; all unless given', parseName)
    .option('--json', 'print JSON')
  addSettingFlags(list, FLAGS).action((options: ListOptions) => listKeys(context, options))
  const revoke = keys
    .command('revoke')
    .description('end a key for good, and the sessions that were opened with it')
    .argument('<id>', 'as keys list shows it')
    .option('--tenant <tenant>', 'whose key it is', parseName, 'default')
  addSettingFlags(revoke, FLAGS).action((id: string, options: RevokeOptions) => endKey(context, id, options, revoke))
}

type Options = Readonly<Record<string, unknown>>
interface CreateOptions extends Options {
  name: string
  role: Role
  tenant: string
  user?: string
  expires?: number
  offline?: true
  json?: true
}
interface ListOptions extends Options {
  tenant?: string
  json?: true
}
interface RevokeOptions extends Options {
  tenant: string
}

async function createKey(context: CommandContext, options: CreateOptions, command: Command): Promise<void> {
  const { name, role, tenant, user, expires } = options
  if ((role === 'user') !== (user !== undefined)) {
    command.error('error: --user is needed for the role user, and for no other')
  }
  const text = newKeyText()
  const nowMs = Date.now()
  const key: ApiKey = {
    id: newKeyId(),
    tenant,
    name,
    role,
    subject: user ?? null,
    sha256: hashOfKey(text),
    createdAtMs: nowMs,
    expiresAtMs: expires === undefined ? null : nowMs + expires,
    revokedAtMs: null,
    lastUsedAtMs: null,
    source: options.offline ? 'file' : 'table',
  }
  if (!options.offline) {
    await withClickHouse(context, options, async (client) => {
      if ((await readKeys(client)).length >= KEYS_MAX) command.error(`error: there are ${KEYS_MAX} keys already`)
      await insertKey(client, key)
    })
  }
  context.out(options.json ? `${JSON.stringify({ ...keyAsJson(key), key: text })}\n` : createdText(key, text))
}

async function listKeys(context: CommandContext, options: ListOptions): Promise<void> {
  const all = await withClickHouse(context, options, readKeys)
  const keys = all.filter(({ tenant }) => options.tenant === undefined || tenant === options.tenant)
  context.out(options.json ? `${JSON.stringify(keys.map(keyAsJson), null, 2)}\n` : keysTable(keys, Date.now()))
}

async function endKey(context: CommandContext, id: string, options: RevokeOptions, command: Command): Promise<void> {
  const { tenant } = options
  await withClickHouse(context, options, async (client) => {
    const key = (await readKeys(client)).find((one) => one.id === id && one.tenant === tenant)
    if (!key) command.error(`error: tenant ${tenant} has no key ${id} in the table; runlens keys list shows them`)
    else if (key.revokedAtMs === null) await revokeKey(client, tenant, id, Date.now())
  })
  context.out(`The key ${id} of tenant ${tenant} is revoked; running processes know it within seconds\n`)
}

async function withClickHouse<T>(
  { environment }: CommandContext,
  options: Options,
  task: (client: ClickHouseClient) => Promise<T>,
): Promise<T> {
  const url = findClickHouse(loadSettings(withSettingFlags(environment, options)))
  const client = createClickHouse({ url, application: 'runlens-cli' })
  try {
    return await task(client).catch((error: unknown) => {
      throw refusedBy(url, error) ?? error
    })
  } finally {
    await client.close()
  }
}

function parseRole(text: string): Role {
  const role = ROLES.find((known) => known === text)
  if (role) return role
  throw new InvalidArgumentError(`expected one of ${ROLES.join(', ')}`)
}

function parseName(text: string): string {
  if (/^[^\p{Cc}]{1,256}$/u.test(text)) return text
  throw new InvalidArgumentError('expected 1 to 256 characters, none of them a control character')
}
