/** The title of the page, as tabs and history show it. */
import { useEffect } from 'react'

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Runlens`
  }, [title])
}
