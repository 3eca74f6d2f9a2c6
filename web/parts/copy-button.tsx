/** Copies a text and says so. */
import { useEffect, useState } from 'react'

const SAID_FOR_MS = 1_500

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [said, setSaid] = useState<'copied' | 'refused' | null>(null)
  useEffect(() => {
    if (said === null) return
    const timer = setTimeout(() => setSaid(null), SAID_FOR_MS)
    return () => clearTimeout(timer)
  }, [said])
  const copy = () => {
    // Without a clipboard (an insecure origin) the text can still be selected by hand.
    const done = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))
    done.then(
      () => setSaid('copied'),
      () => setSaid('refused'),
    )
  }
  return (
    <button type="button" className="copy" onClick={copy}>
      <span aria-live="polite">{said === 'copied' ? 'Copied' : said === 'refused' ? 'Select by hand' : label}</span>
    </button>
  )
}
