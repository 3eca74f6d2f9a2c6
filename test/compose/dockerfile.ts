/** Reads a Dockerfile as far as tests need it: instructions with their arguments, lines joined, comments dropped. */

export interface Instruction {
  /** In capitals. */
  name: string
  text: string
  /** `--from=build` and the like. */
  flags: string[]
  words: string[]
}

export function readDockerfile(text: string): Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.trim().split(/\s+/)
      const flags = rest.filter((word) => word.startsWith('--'))
      return {
        name: name.toUpperCase(),
        text: rest.join(' '),
        flags,
        words: rest.filter((word) => !word.startsWith('--')),
      }
    })
}

/** The words of an exec form, `["node", "main.js"]`. */
export function execForm({ text }: Instruction): string[] {
  return JSON.parse(text) as string[]
}
