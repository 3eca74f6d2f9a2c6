/** Texts of a statement that there may be any number of: asked for page by page, because a statement has an end. */

/** Characters of all texts of a page: a server takes statements of 16 MiB, in which they may stand twice, escaped. */
export const PAGE_CHARS_MAX = 2 * 1024 * 1024

/** Cuts a list into pages; a text that is longer by itself has one of its own. None for an empty list. */
export function textPages(texts: readonly string[], charsMax = PAGE_CHARS_MAX): string[][] {
  const pages: string[][] = []
  let chars = 0
  for (const text of texts) {
    chars += text.length
    if (pages.length === 0 || chars > charsMax) {
      pages.push([])
      chars = text.length
    }
    pages.at(-1)!.push(text)
  }
  return pages
}
