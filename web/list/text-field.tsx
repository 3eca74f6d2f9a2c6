/** A text of the filters: written at once, asked for when the typing rests. */
import { type Ref, useEffect, useRef, useState } from 'react'

const RESTS_AFTER_MS = 250

interface Props {
  label: string
  value: string
  placeholder: string
  onChange: (value: string) => void
  className?: string
  /** Id of the list of suggestions. */
  list?: string
  ref?: Ref<HTMLInputElement>
}

export function TextField({ label, value, placeholder, onChange, className, list, ref }: Props) {
  const [written, setWritten] = useState(value)
  const [known, setKnown] = useState(value)
  // The address changed by other means: the back button, "clear filters".
  if (value !== known) {
    setKnown(value)
    if (value !== written.trim()) setWritten(value)
  }
  const latest = useRef(onChange)
  useEffect(() => {
    latest.current = onChange
  })
  useEffect(() => {
    if (written.trim() === value) return
    const timer = setTimeout(() => latest.current(written), RESTS_AFTER_MS)
    return () => clearTimeout(timer)
  }, [written, value])
  return (
    <input
      ref={ref}
      type="search"
      className={className}
      aria-label={label}
      value={written}
      placeholder={placeholder}
      list={list}
      maxLength={256}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setWritten(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(written)
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}
