/** `runlens explain`: what the spans of a payload become, by which rule, and why not more. Nothing is sent or stored. */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createExplainer, loadProfiles } from '@runlens/mapping'
import { loadSettings, systemErrorCode } from '@runlens/runtime'
import { type Command, Option } from 'commander'
import type { CommandContext } from '../context.ts'
import { explanationText } from '../explain/explanation-text.ts'
import { type PayloadSignal, readPayload, unreadable } from '../explain/read-payload.ts'
import { addSettingFlags, withSettingFlags } from '../settings-options.ts'

interface ExplainFlags {
  json?: true
  profiles: string[]
  signal: PayloadSignal
}

const EXAMPLES = `
The payload is an export request as it was sent: OTLP/JSON (one request, or one a line), or protobuf; gzipped or not.
Colours go away with NO_COLOR.

Examples:
  $ runlens explain run.otlp.json
  $ runlens explain run.otlp.json --profiles ./acme.yaml     with a profile that is not installed yet
  $ curl -s localhost:8080/api/v1/traces/<trace_id> | runlens explain -
  $ runlens explain run.pb.gz --json | jq '.spans[] | {name, became, why_not_more}'`

export function addExplainCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('explain')
    .argument('<file>', 'payload; - reads standard input')
    .description('tell what the spans of a payload become, by which rule, and why not more')
    .option('--json', 'print what POST /api/v1/mapping/explain answers')
    .option(
      '--profiles <path>',
      'a profile or a directory of them, beside those of the configuration; may be repeated',
      append,
      [],
    )
    .addOption(new Option('--signal <signal>', 'what protobuf holds').choices(['traces', 'logs']).default('traces'))
  addSettingFlags(command, ['config'])
    .addHelpText('after', EXAMPLES)
    .action((file: string, flags: ExplainFlags) => explain(context, file, flags))
}

function append(path: string, paths: string[]): string[] {
  return [...paths, resolve(path)]
}

async function explain(context: CommandContext, file: string, flags: ExplainFlags): Promise<void> {
  const settings = loadSettings(withSettingFlags(context.environment, { ...flags }))
  const explainer = createExplainer({
    roots: settings.mapping.roots,
    profiles: loadProfiles([...settings.mapping.profiles, ...flags.profiles]),
    limits: settings.otlp,
    candidateTimeoutMs: settings.worker.candidateTimeoutMs,
    payloadBytesMax: settings.mapping.payloadBytesMax,
  })
  const bytesMax = settings.otlp.bodyBytesMax
  const bytes = file === '-' ? await readInput(context.input, bytesMax) : readFile(file, bytesMax)
  const payload = readPayload(bytes, { limits: settings.otlp, bytesMax, signal: flags.signal })
  const outcome = explainer.explain(payload, Date.now())
  if (outcome.kind !== 'explained') throw unreadable(outcome.message)
  const { explanation } = outcome
  context.out(flags.json ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation, context.color))
}

function readFile(path: string, bytesMax: number): Buffer {
  try {
    const { size } = statSync(path)
    if (size > bytesMax) throw tooLarge(path, bytesMax)
    return readFileSync(path)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code?.startsWith('E')) throw unreadable(`${path} can't be read (${code})`)
    throw error
  }
}

async function readInput(input: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of input) {
    size += chunk.length
    if (size > bytesMax) throw tooLarge('Standard input', bytesMax)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

function tooLarge(what: string, bytesMax: number) {
  return unreadable(`${what} has more than ${bytesMax} bytes (otlp.bodyBytesMax)`)
}
