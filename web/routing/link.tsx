/** A link to a page of this UI: an ordinary one for new tabs and copying, without loading the page anew on a plain click. */
import type { ComponentProps, MouseEvent } from 'react'
import { navigate } from './location.ts'

export function Link({ href, onClick, ...rest }: ComponentProps<'a'> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || !isPlain(event)) return
    event.preventDefault()
    navigate(href)
  }
  return <a {...rest} href={href} onClick={follow} />
}

/** Whether a click means "go there", not "open elsewhere". */
export function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
}
