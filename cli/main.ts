/** The `runlens` command: reads arguments and environment, runs one command, ends with its exit code. */
import { EXIT_CANNOT_START, RunlensError, version } from '@runlens/runtime'
import { Command } from 'commander'
import { addDemoCommand } from './commands/demo.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addExplainCommand } from './commands/explain.ts'
import { addKeysCommand } from './commands/keys.ts'
import { addMigrateCommand } from './commands/migrate.ts'
import { addUpCommand } from './commands/up.ts'
import type { CommandContext } from './context.ts'
import { faultText } from './fault-text.ts'
import { listenForSignals } from './signals.ts'

const EXAMPLES = `
Examples:
  $ runlens up                    start everything; OTLP on 4317 and 4318, API on 8080
  $ runlens demo                  send a sample workload until Ctrl-C
  $ runlens doctor                what runs, and what to do about a fault
  $ runlens explain run.otlp.json what spans become, and why
  $ runlens up --help             every command has its own help`

const signals = listenForSignals()
const context: CommandContext = {
  environment: process.env,
  input: process.stdin,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
  progress: process.stderr.isTTY === true,
  ...signals,
}
// Whoever reads the output may go away first (`| head`); the stack must not die of that.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

const program = new Command('runlens')
  .description('OpenTelemetry-native analytics for executions: runs of workflows, agents, jobs and queries')
  .version(version)
  .addHelpText('after', EXAMPLES)
  .showHelpAfterError('(--help tells what is accepted)')
addUpCommand(program, context)
addMigrateCommand(program, context)
addKeysCommand(program, context)
addDemoCommand(program, context)
addDoctorCommand(program, context)
addExplainCommand(program, context)

try {
  await program.parseAsync()
  process.exitCode ??= signals.force.aborted ? 1 : 0
} catch (error) {
  context.err(faultText(error))
  process.exitCode = error instanceof RunlensError ? EXIT_CANNOT_START : 1
}
process.exit()
