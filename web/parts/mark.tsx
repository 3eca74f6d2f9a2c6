/** The sign of Runlens: steps of a run. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 16 16" aria-hidden="true">
      <rect width="16" height="16" rx="3.5" />
      <path d="M3.5 4.5h6M5.5 8h7M4.5 11.5h4.5" />
    </svg>
  )
}
