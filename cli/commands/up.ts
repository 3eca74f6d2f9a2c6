/** `runlens up`: the whole stack in the foreground. */
import { loadProfiles } from '@runlens/mapping'
import { loadSettings } from '@runlens/runtime'
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { ALL_SETTING_FLAGS, addSettingFlags, withSettingFlags } from '../settings-options.ts'
import { createLogSink } from '../up/log-sink.ts'
import { runUp } from '../up/run-up.ts'

const EXAMPLES = `
Examples:
  $ npm start                                       everything on this machine, data in ./data
  $ npm start -- --otlp-http 0.0.0.0:4318           take spans from other machines
  $ npm start -- --data-dir /var/lib/runlens --json-logs
  $ RUNLENS_CLICKHOUSE_URL=http://me:secret@ch:8123/runlens npm start

Ports may be 0: any free one is taken and told. Ctrl-C drains and stops; a second Ctrl-C ends at once.`

export function addUpCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('up')
    .description('run collector, worker, API and the embedded ClickHouse in the foreground')
    .option('--json-logs', 'log as JSON lines instead of readable text')
  addSettingFlags(command, ALL_SETTING_FLAGS)
    .addHelpText('after', EXAMPLES)
    .action((options: Record<string, unknown>) => up(context, options))
}

async function up(context: CommandContext, options: Record<string, unknown>): Promise<void> {
  const environment = withSettingFlags(context.environment, options)
  const settings = loadSettings(environment)
  // Their faults are told before anything starts, not by a process that then starts again and again.
  loadProfiles(settings.mapping.profiles)
  const sink = createLogSink({
    write: context.out,
    json: options.jsonLogs === true,
    color: context.color,
    level: settings.log.level,
  })
  context.stop.addEventListener('abort', () => sink.note('info', 'stopping; again to end at once'))
  await runUp({ settings, environment, sink, stop: context.stop, force: context.force })
  sink.note('info', 'stopped')
}
