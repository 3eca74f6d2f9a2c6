/** Everything known of one step. */
import type { Step } from '../api/types.ts'
import { AttributesTable } from '../execution/attributes-table.tsx'
import { formatDuration } from '../format/duration.ts'
import { formatExactly } from '../format/time.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Fact } from '../parts/fact.tsx'
import { StatusPill } from '../parts/status-pill.tsx'
import { Text } from '../parts/text.tsx'

export function StepPanel({ step, onClose }: { step: Step; onClose: () => void }) {
  return (
    <aside className="step-panel" aria-label="Step">
      <div className="step-panel-head">
        <h3>
          <Text value={step.name} />
        </h3>
        <button type="button" className="close" onClick={onClose} aria-label="Close">
          ×
        </button>
      </div>
      <p>
        {step.status !== null && <StatusPill status={step.status} />} <span className="muted">{sortOf(step)}</span>
      </p>
      {(step.error_type !== null || step.error_message !== null) && (
        <div className="step-panel-error">
          <strong className="bad">
            <Text value={step.error_type ?? 'Error'} />
          </strong>
          {step.error_message !== null && (
            <p className="error-message">
              <Text value={step.error_message} />
            </p>
          )}
        </div>
      )}
      <dl className="facts">
        <Fact name="Duration">{step.duration_ms === null ? 'open' : formatDuration(step.duration_ms)}</Fact>
        <Fact name="Self">{formatDuration(step.self_ms)}</Fact>
        <Fact name="Begins at">+{formatDuration(step.start_offset_ms)}</Fact>
        <Fact name="Critical path">{step.on_critical_path ? 'yes' : 'no'}</Fact>
        <Fact name="Own history">
          {step.percentile === null ? 'fewer than 20 runs' : `p${step.percentile} of its day and the 7 before`}
        </Fact>
        <Fact name="Span">
          <code>{step.step_id}</code> <CopyButton text={step.step_id} />
        </Fact>
      </dl>
      <p className="muted">{formatExactly(step.started_at)}</p>
      <h4>Attributes</h4>
      <AttributesTable attributes={step.attributes} />
    </aside>
  )
}

function sortOf({ part, type }: Step): string {
  if (part === 'child') return 'an execution of its own'
  return part === 'span' ? 'plain span' : `${type ?? 'other'} step`
}
