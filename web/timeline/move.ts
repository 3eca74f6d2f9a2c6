/** What a key does in the tree of steps. Pure. */
import { parentIndex, type TreeRow } from './rows.ts'

export type TreeAct =
  | { does: 'move'; key: string; index: number }
  | { does: 'open'; key: string }
  /** Folds or unfolds. */
  | { does: 'fold'; key: string }

/**
 * @param active index of the active row; -1: none yet
 * @param pageRows rows that a page key goes over
 */
export function moved(key: string, rows: readonly TreeRow[], active: number, pageRows: number): TreeAct | null {
  const row = rows[active]
  switch (key) {
    case 'ArrowDown':
      return to(rows, active + 1)
    case 'ArrowUp':
      return to(rows, active - 1)
    case 'PageDown':
      return to(rows, active + pageRows)
    case 'PageUp':
      return to(rows, active - pageRows)
    case 'Home':
      return to(rows, 0)
    case 'End':
      return to(rows, rows.length - 1)
    case 'Enter':
      return row ? { does: 'open', key: row.key } : null
    case 'ArrowRight':
      if (!row?.hasChildren) return null
      return row.isFolded ? { does: 'fold', key: row.key } : to(rows, active + 1)
    case 'ArrowLeft':
      if (row?.hasChildren && !row.isFolded) return { does: 'fold', key: row.key }
      return row && parentIndex(rows, active) >= 0 ? to(rows, parentIndex(rows, active)) : null
    default:
      return null
  }
}

function to(rows: readonly TreeRow[], wanted: number): TreeAct | null {
  const index = Math.min(rows.length - 1, Math.max(0, wanted))
  const row = rows[index]
  return row ? { does: 'move', key: row.key, index } : null
}
