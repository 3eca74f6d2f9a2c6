/** `runlens migrate`: brings the schema of a ClickHouse up to date, by itself. */
import { createClickHouse, type Migration, migrate } from '@runlens/clickhouse'
import { loadSettings } from '@runlens/runtime'
import type { Command } from 'commander'
import { findClickHouse } from '../clickhouse-url.ts'
import type { CommandContext } from '../context.ts'
import { addSettingFlags, withSettingFlags } from '../settings-options.ts'
import { checkClickHouse, refusedBy, withoutCredentials } from '../up/clickhouse-access.ts'

const EXAMPLES = `
\`runlens up\` does this by itself. Running it twice, or from several places at once, does no harm.

Examples:
  $ runlens migrate                                                  the embedded ClickHouse of the running stack
  $ runlens migrate --clickhouse-url http://me:secret@ch:8123/runlens`

export function addMigrateCommand(program: Command, context: CommandContext): void {
  const command = program.command('migrate').description("create or update Runlens' tables in ClickHouse")
  addSettingFlags(command, ['clickhouseUrl', 'dataDir', 'config'])
    .addHelpText('after', EXAMPLES)
    .action((options: Record<string, unknown>) => run(context, options))
}

async function run(context: CommandContext, options: Record<string, unknown>): Promise<void> {
  const settings = loadSettings(withSettingFlags(context.environment, options))
  const url = findClickHouse(settings)
  await checkClickHouse(url, context.stop, () => context.err('Waiting for ClickHouse ...\n'))
  const client = createClickHouse({ url, application: 'runlens-cli' })
  try {
    const onProgress = ({ number, name }: Migration, total: number) => context.out(`${number}/${total}  ${name}\n`)
    const applied = await migrate(client, { onProgress }).catch((error: unknown) => {
      throw refusedBy(url, error) ?? error
    })
    const done = applied === 0 ? 'was up to date already' : `is up to date (${applied} migrations applied)`
    context.out(`The schema at ${withoutCredentials(url)} ${done}\n`)
  } finally {
    await client.close()
  }
}
