/** Text that came with telemetry: shown as it is, kept apart from the direction of the words around it. */

const TOOLTIP_CHARACTERS_MAX = 600

/** @param value null shows a dash */
export function Text({ value, tooltip = false }: { value: string | null; tooltip?: boolean }) {
  if (value === null || value === '') return <span className="none">–</span>
  return <bdi title={tooltip ? value.slice(0, TOOLTIP_CHARACTERS_MAX) : undefined}>{value}</bdi>
}
