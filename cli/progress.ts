/** One line that is redrawn on a terminal, and told now and then where the output is a file. */

const REDRAW_MS = 100
const TELL_MS = 10_000

export interface Progress {
  update: (text: string) => void
  /** Ends the line. */
  done: () => void
}

export function createProgress(write: (text: string) => void, terminal: boolean): Progress {
  let shownAt = Date.now() - (terminal ? TELL_MS : 0)
  let drawn = false
  return {
    update: (text) => {
      const now = Date.now()
      if (now - shownAt < (terminal ? REDRAW_MS : TELL_MS)) return
      shownAt = now
      drawn = true
      write(terminal ? `\r\u001b[K${text}` : `${text}\n`)
    },
    done: () => {
      if (drawn && terminal) write('\r\u001b[K')
      drawn = false
    },
  }
}
