/** Which statuses are listed: each on its own, any number of them. */
import { STATUSES, type Status } from '@runlens/conventions'
import { StatusShape } from '../parts/status-pill.tsx'

interface Props {
  chosen: readonly Status[]
  onChange: (chosen: readonly Status[]) => void
}

export function StatusFilter({ chosen, onChange }: Props) {
  const toggle = (status: Status) => {
    const isChosen = chosen.includes(status)
    onChange(STATUSES.filter((one) => (one === status ? !isChosen : chosen.includes(one))))
  }
  return (
    <fieldset className="statuses">
      <legend className="unseen">Status</legend>
      {STATUSES.map((status) => (
        <button
          type="button"
          key={status}
          className={`pill pill-${status}`}
          aria-pressed={chosen.includes(status)}
          onClick={() => toggle(status)}
        >
          <StatusShape status={status} />
          {status}
        </button>
      ))}
    </fieldset>
  )
}
