/** An input or output: laid out when it is JSON, folded when it is long, marked when it was cut. */
import { useMemo } from 'react'
import { formatCount } from '../format/number.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { prettyText } from './pretty-text.ts'

/** A longer text is open on demand only. */
const OPEN_CHARACTERS_MAX = 2_000

interface Props {
  title: string
  text: string | null
  isCut: boolean
}

export function Payload({ title, text, isCut }: Props) {
  const pretty = useMemo(() => (text === null ? null : prettyText(text)), [text])
  if (text === null || pretty === null) {
    return (
      <section className="panel panel-empty" aria-label={title}>
        <h2>{title}</h2>
        <p className="muted">None was sent.</p>
      </section>
    )
  }
  return (
    <section className="panel" aria-label={title}>
      <details open={text.length <= OPEN_CHARACTERS_MAX}>
        <summary>
          <h2>{title}</h2>
          <span className="muted">
            {pretty.isJson ? 'JSON, ' : ''}
            {formatCount(text.length)} characters
          </span>
          {isCut && (
            <span className="flag" title="The whole stands on the span, in the trace">
              cut
            </span>
          )}
        </summary>
        <CopyButton text={text} />
        <pre className="payload" dir="auto">
          {pretty.text}
        </pre>
      </details>
    </section>
  )
}
