/** Tells planned work as our instrumentation would have: a span per execution, below it one per step and query. */
import { RUNLENS, RUNLENS_VISUAL } from '@runlens/conventions'
import type { PlannedExecution, PlannedStep, WorkPlan } from './native-plan.ts'
import type { Random } from './random.ts'
import type { ScenarioRun, World } from './run.ts'
import { type BuiltSpan, type Fault, SPAN_KIND, STATUS_CODE, TraceBuilder } from './trace-builder.ts'

/** Events of a visual session, one a quarter of a second. */
const VISUAL_EVENT_MS = 250

export function tellWork(plan: WorkPlan, world: World): ScenarioRun {
  const spans: BuiltSpan[] = []
  let atMs = 0
  for (const execution of plan.executions) {
    const trace = tellExecution(plan, execution, world.random, atMs + execution.pauseMs)
    spans.push(...trace.spans)
    atMs = trace.now
  }
  return {
    resource: {
      'service.name': plan.program,
      'service.version': world.version,
      'deployment.environment.name': plan.environment,
    },
    scope: { name: '@runlens/instrumentation', version: '0.1.0' },
    spans,
    statuses: plan.executions.map(({ status }) => status),
    native: plan,
  }
}

function tellExecution(plan: WorkPlan, execution: PlannedExecution, random: Random, startMs: number): TraceBuilder {
  const trace = new TraceBuilder(random, startMs)
  const { input, output, status } = execution
  const attributes = {
    [RUNLENS.executionId]: execution.id,
    [RUNLENS.executionKind]: plan.executionKind,
    [RUNLENS.executionStatus]: status,
    [RUNLENS.executionMode]: plan.mode,
    [RUNLENS.executionAttempt]: execution.attempt,
    [RUNLENS.executionRetryOf]: execution.retryOf,
    [RUNLENS.workflowId]: plan.workflow.id,
    [RUNLENS.workflowName]: plan.workflow.name,
    [RUNLENS.workflowVersion]: plan.workflow.version,
    [RUNLENS.executionInput]: input && JSON.stringify(input),
    'user.id': plan.user,
  }
  trace.span({ name: plan.workflow.name, attributes, workMs: 4 }, (span) => {
    const fault = tellSteps(execution, trace)
    if (plan.isVisual) Object.assign(span.attributes, visual(trace.now - startMs))
    if (fault === undefined) span.statusCode = STATUS_CODE.ok
    else if (status !== 'partial') breakWith(trace, span, fault)
    if (status === 'success' && output) span.attributes[RUNLENS.executionOutput] = JSON.stringify(output)
  })
  return trace
}

/** Gives what the last broken step broke with. */
function tellSteps({ steps, queued }: PlannedExecution, trace: TraceBuilder): Fault | undefined {
  for (const [index, step] of steps.entries()) {
    if (index === queued?.afterSteps) trace.wait(queued.waitMs)
    tellStep(step, index, trace)
  }
  return steps.findLast(({ fault }) => fault !== undefined)?.fault
}

function tellStep(step: PlannedStep, index: number, trace: TraceBuilder): void {
  const attributes = {
    [RUNLENS.stepName]: step.name,
    [RUNLENS.stepType]: step.type,
    [RUNLENS.stepIndex]: index,
    [RUNLENS.stepItemsIn]: step.items?.in,
    [RUNLENS.stepItemsOut]: step.items?.out,
  }
  trace.span({ name: step.name, attributes, workMs: step.workMs }, (span) => {
    span.statusCode = STATUS_CODE.ok
    if (step.query) tellQuery(step.query, trace)
    if (step.fault) breakWith(trace, span, step.fault)
  })
}

function tellQuery({ text, workMs }: { text: string; workMs: number }, trace: TraceBuilder): void {
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text, 'db.response.returned_rows': 1 }
  trace.span({ name: `${text.split(' ')[0]} postgresql`, kind: SPAN_KIND.client, attributes, workMs })
}

function breakWith(trace: TraceBuilder, span: BuiltSpan, fault: Fault): void {
  span.attributes['error.type'] = fault.type
  trace.fail(span, fault)
}

function visual(lengthMs: number) {
  return {
    [RUNLENS_VISUAL.enabled]: true,
    [RUNLENS_VISUAL.streaming]: true,
    [RUNLENS_VISUAL.quality]: 'medium',
    [RUNLENS_VISUAL.eventsCaptured]: Math.floor(lengthMs / VISUAL_EVENT_MS),
    [RUNLENS_VISUAL.streamDurationSeconds]: lengthMs / 1_000,
  }
}
