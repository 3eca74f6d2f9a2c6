/** `runlens doctor`: what runs, and what to do about a fault. */
import { loadProfiles } from '@runlens/mapping'
import { loadSettings, RunlensError, type Settings } from '@runlens/runtime'
import type { Command } from 'commander'
import { findClickHouse } from '../clickhouse-url.ts'
import type { CommandContext } from '../context.ts'
import { checkClickHouseServer } from '../doctor/check-clickhouse.ts'
import { checkFigures } from '../doctor/check-figures.ts'
import { checkMachine } from '../doctor/check-machine.ts'
import { checkStack } from '../doctor/check-stack.ts'
import { type Finding, fault, hasFault } from '../doctor/finding.ts'
import { doctorReport } from '../doctor/report.ts'
import { ALL_SETTING_FLAGS, addSettingFlags, withSettingFlags } from '../settings-options.ts'
import { readRunningState } from '../up/run-state.ts'

const EXAMPLES = `
Ends with 0 when nothing is wrong (warnings are allowed) and with 1 otherwise.

Examples:
  $ runlens doctor
  $ runlens doctor --json | jq '.findings[] | select(.severity == "fault")'`

export function addDoctorCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('doctor')
    .description('what runs, versions, ports, spool, lag, refusals, and what to do about a fault')
    .option('--json', 'print the findings as JSON')
  addSettingFlags(command, ALL_SETTING_FLAGS)
    .addHelpText('after', EXAMPLES)
    .action((options: Record<string, unknown>) => doctor(context, options))
}

async function doctor(context: CommandContext, options: Record<string, unknown>): Promise<void> {
  const findings = await examine(context, options)
  const sick = hasFault(findings)
  context.out(
    options.json ? `${JSON.stringify({ ok: !sick, findings }, null, 2)}\n` : doctorReport(findings, context.color),
  )
  if (sick) process.exitCode = 1
}

async function examine(context: CommandContext, options: Record<string, unknown>): Promise<Finding[]> {
  let settings: Settings
  try {
    settings = loadSettings(withSettingFlags(context.environment, options))
    loadProfiles(settings.mapping.profiles)
  } catch (error) {
    if (error instanceof RunlensError) return [fault('configuration', error.message, error.hint)]
    throw error
  }
  const state = readRunningState(settings.dataDir)
  // Side by side: something that hangs is waited for once.
  const findings = await Promise.all([
    checkMachine(settings),
    checkStack(settings, state, Date.now()),
    state ? checkFigures(settings, state.urls, Date.now()) : [],
    state || settings.clickhouseUrl ? checkClickHouseServer(findClickHouse(settings)) : [],
  ])
  return findings.flat()
}
