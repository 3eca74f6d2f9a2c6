/** Keeps `RESULTS.md`: one section per benchmark, each replaced as a whole by its last written run. */

const INTRODUCTION = `# Results

Written by \`npm run bench -- --write\`; a section is the last run of its benchmark. Machines differ and are noisy: read the ratios to
what ran beside, and the command to repeat it. What each benchmark does stands in [README.md](README.md).
`

export interface Section {
  name: string
  /** Markdown. */
  text: string
}

/** @param order names of all benchmarks: the order of the sections */
export function replaceSections(file: string, sections: readonly Section[], order: readonly string[]): string {
  const kept = new Map<string, string>()
  for (const part of file.split(/^(?=## )/m).slice(1)) kept.set(/^## (.*)/.exec(part)![1]!.trim(), part.trim())
  for (const { name, text } of sections) kept.set(name, `## ${name}\n\n${text.trim()}`)
  const present = [...kept.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b))
  return `${[INTRODUCTION.trim(), ...present.map((name) => kept.get(name)!)].join('\n\n')}\n`
}
